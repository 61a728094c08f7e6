// Which page an address names: "#/drift?version=2". Pure.

/** {id, query}; id is null when the address names no page (it is that of a trace), the first page when it names an unknown one. */
export function pageOf(hash, ids) {
  if (hash.startsWith('#trace=')) return { id: null, query: {} };
  const [, name = '', text = ''] = /^#\/?([a-z]*)(?:\?(.*))?$/.exec(hash) ?? [];
  return { id: ids.includes(name) ? name : ids[0], query: Object.fromEntries(new URLSearchParams(text)) };
}

/** The address of a page with a query; what is empty is left out. */
export function addressOf(id, query = {}) {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '' && value !== undefined)).toString();
  return `#/${id}${text === '' ? '' : `?${text}`}`;
}
