/**
 * The language of the page: the first of the browser's languages that it speaks. Only that one's words are loaded.
 * A further language is a module like english.js, and a line here.
 */

import {figures} from "./figures.js";

/** @typedef {ReturnType<typeof import("./english.js").words>} Words */

/** @type {Record<string, () => Promise<{words: (f: import("./figures.js").Figures) => Words}>>} */
const MODULES = {
  en: () => import("./english.js"),
  de: () => import("./german.js"),
};

/**
 * @param {readonly string[]} wanted as navigator.languages has them
 * @returns {{language: string, locale: string}} locale: with the region, which decides how numbers are written
 */
export function chosen(wanted) {
  for (const locale of wanted) {
    const language = locale.toLowerCase().split("-")[0];
    if (Object.hasOwn(MODULES, language)) return {language, locale};
  }
  return {language: "en", locale: "en"};
}

const {language, locale} = chosen(navigator.languages);

/** @type {Words} */
export const words = (await MODULES[language]()).words(figures(locale));

document.documentElement.lang = language;
document.documentElement.dir = isRightToLeft(locale) ? "rtl" : "ltr";
for (const element of document.querySelectorAll("[data-word]")) {
  element.textContent = String(words[/** @type {keyof Words} */ (/** @type {HTMLElement} */ (element).dataset.word)]);
}

/** @param {string} tag */
function isRightToLeft(tag) {
  return ["Arab", "Hebr", "Thaa", "Syrc", "Adlm", "Nkoo", "Rohg"].includes(new Intl.Locale(tag).maximize().script ?? "");
}

/**
 * The sentence for a problem: by its code in the page's language, or else the one that it brought along.
 * @param {import("./problem.js").Problem} problem
 * @param {import("./service.js").Limits | null} limits
 */
export function reason(problem, limits) {
  const known = words.reasons[problem.code];
  if (!known || !limits || (problem.code === "refused" && problem.quoted)) return problem.message;
  return known(factsOf(limits));
}

/** What sentences say of the limits. @param {import("./service.js").Limits} limits */
export const factsOf = ({accepted, maxUploadBytes, maxMegapixels}) => ({
  accepted: accepted.split(/, | or /),
  limit: maxUploadBytes,
  megapixels: maxMegapixels,
});
