/** How much smaller, as a part of one; null when it is not worth saying. @param {number} now @param {number} before */
export function saved(now, before) {
  const part = Math.min(0.99, 1 - now / before);
  return part >= 0.005 ? part : null;
}
