/** Formats numbers, sizes, times and lists for the visitor's locale, all with Intl. */

/** The saving as a fraction of one; null if it is too small to mention. @param {number} now @param {number} before */
export function saved(now, before) {
  const part = Math.min(0.99, 1 - now / before);
  return part >= 0.005 ? part : null;
}

/** @param {string} locale such as "de-AT" */
export function figures(locale) {
  /** Creating one takes a hundred times as long as using it. @type {Map<string, Intl.NumberFormat>} */
  const formats = new Map();
  const number = (/** @type {number} */ value, /** @type {Intl.NumberFormatOptions} */ options = {}) => {
    const key = JSON.stringify(options);
    const format = formats.get(key) ?? new Intl.NumberFormat(locale, {maximumFractionDigits: 0, ...options});
    formats.set(key, format);
    return format.format(value);
  };
  /** @param {number[]} pixels */
  const sides = (...pixels) => pixels.map((side) => number(side, {useGrouping: false})).join("\u00a0×\u00a0");
  const plurals = new Intl.PluralRules(locale);
  /** @param {number} value @param {string} unit @param {Intl.NumberFormatOptions} [options] */
  const measured = (value, unit, options) => number(value, {style: "unit", unit, ...options});
  /** The unit for a size, the value in that unit, and the number of decimals. @param {number} bytes @returns {[string, number, number]} */
  const scale = (bytes) =>
    bytes < 1000 ? ["byte", 1, 0] : bytes < 999_500 ? ["kilobyte", 1e3, 0] : ["megabyte", 1e6, bytes < 99.95e6 ? 1 : 0];

  return {
    number,

    /** "840 bytes", "24 kB", "2.3 MB": decimal, like the service's limits. @param {number} count */
    bytes(count) {
      const [unit, factor, digits] = scale(count);
      return measured(count / factor, unit, {maximumFractionDigits: digits, unitDisplay: unit === "byte" ? "long" : "short"});
    },

    /** "1.0" to be followed by "of 40.2 MB": in the unit of the whole, so that the line keeps its width. @param {number} part @param {number} whole */
    part(part, whole) {
      const [, factor, digits] = scale(whole);
      return number(part / factor, {minimumFractionDigits: digits, maximumFractionDigits: digits});
    },

    /** "8 sec", "3 min", "2 hr" @param {number} seconds */
    time(seconds) {
      if (seconds < 60) return measured(Math.max(1, Math.ceil(seconds)), "second");
      return seconds < 5400 ? measured(seconds / 60, "minute") : measured(seconds / 3600, "hour");
    },

    /** "96%" for a fraction of one @param {number} part */
    percent: (part) => number(part, {style: "percent"}),

    /** "14:30", "4:00 AM" @param {Date} time */
    clock: (time) => new Intl.DateTimeFormat(locale, {timeStyle: "short"}).format(time),

    /** "160 × 120", never on two lines @param {{width: number, height: number}} box */
    box: ({width, height}) => sides(width, height),

    /** "160", or "400 × 300" if not only the longest side is known @param {{width: number, height: number, crop: boolean, fit?: string}} size */
    dimensions: ({width, height, crop, fit}) => (crop || fit === "pad" || width !== height ? sides(width, height) : sides(width)),

    /** "JPEG, 3 MB": facts side by side, never with an "and" @param {(string | false | null | undefined)[]} facts */
    facts: (facts) => facts.filter((fact) => typeof fact === "string" && fact !== "").join(", "),

    /** "a, b and c" @param {string[]} names */
    all: (names) => new Intl.ListFormat(locale, {type: "conjunction"}).format(names),

    /** "a, b or c" @param {string[]} names */
    any: (names) => new Intl.ListFormat(locale, {type: "disjunction"}).format(names),

    /** The singular or plural form for a count. @param {number} count @param {{one: string, other: string}} words */
    plural: (count, words) => (plurals.select(count) === "one" ? words.one : words.other),
  };
}
