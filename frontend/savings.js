/** The saving as a fraction of one; null if it is too small to mention. @param {number} now @param {number} before */
export function saved(now, before) {
  const part = Math.min(0.99, 1 - now / before);
  return part >= 0.005 ? part : null;
}
