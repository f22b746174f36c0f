/** The session's storage of a browser, with as much room as it has. */
export function storage({room = Infinity} = {}) {
  const held = {};
  Object.defineProperty(held, "setItem", {
    configurable: true,
    value: (key, value) => {
      if (JSON.stringify(held).length + value.length > room) throw new DOMException("", "QuotaExceededError");
      held[key] = value;
    },
  });
  for (const [name, value] of Object.entries({getItem: (key) => held[key] ?? null, removeItem: (key) => delete held[key]})) {
    Object.defineProperty(held, name, {value});
  }
  return held;
}
