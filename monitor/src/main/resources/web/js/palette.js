// Which colour a variant has, and the colours' values for the charts.

const others = ['--third', '--fourth', '--accent'];

export function variantColour(variant, place, variants) {
  const isCanary = (other) => other.arm === 'canary' || other.name === 'canary';
  if (variant.gone || variant.foreign) {
    const taken = variants.some((other) => !other.gone && !other.foreign && isCanary(other));
    return isCanary(variant) && !taken ? '--canary' : others[place % others.length];
  }
  if (isCanary(variant)) return '--canary';
  return variant.arm === 'baseline' || place === 0 ? '--baseline' : others[(place - 1) % others.length];
}

export const guardrailColours = ['--baseline', '--canary', '--third', '--fourth', '--accent'];

export const valueOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const reference = (name) => `var(${name})`;
