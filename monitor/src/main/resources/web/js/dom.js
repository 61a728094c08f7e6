// The little that is needed to build and update elements.

/** An element with properties, attributes (names with a dash, role) and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  set(element, properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'style') {
      Object.assign(element.style, value);
    } else if (name.includes('-') || name === 'role') {
      element.setAttribute(name, value);
    } else if (element[name] !== value) {
      element[name] = value;
    }
  }
}

/**
 * Makes the children of `container` be one element for each item, in order, keeping elements whose
 * key stays: `create(item)` makes one, `update(element, item)` brings it up to date.
 */
export function sync(container, items, key, create, update) {
  const known = new Map([...container.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, place) => {
    const name = String(key(item));
    let element = known.get(name);
    if (element === undefined) {
      element = create(item);
      element.dataset.key = name;
    }
    known.delete(name);
    if (container.children[place] !== element) {
      container.insertBefore(element, container.children[place] ?? null);
    }
    update(element, item);
  });
  known.forEach((left) => left.remove());
}

/** Replaces the children when their description changed, so that a selection or hover is kept. */
export function replaceWhenChanged(container, description, make) {
  const text = JSON.stringify(description);
  if (container.dataset.shown !== text) {
    container.dataset.shown = text;
    container.replaceChildren(...[make(description)].flat().filter((child) => child !== null && child !== undefined && child !== ''));
  }
}
