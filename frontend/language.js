/**
 * The page's language: the visitor's first preferred language that the page supports. Only that language's words are loaded.
 * To add a language, write a module like english.js, add its words to each *-words.js, and a line here.
 */

import {figures} from "./figures.js";
import {lostConnection} from "./problem.js";

/** @type {Record<string, () => Promise<{words: (f: Figures) => Words}>>} */
const MODULES = {
  en: () => import("./english.js"),
  de: () => import("./german.js"),
};

/**
 * @param {readonly string[]} wanted as in navigator.languages
 * @returns {{language: string, locale: string}} locale: includes the region, which decides how numbers are written
 */
export function chosen(wanted) {
  for (const locale of wanted) {
    const language = locale.toLowerCase().split("-")[0];
    if (Object.hasOwn(MODULES, language)) return {language, locale};
  }
  return {language: "en", locale: "en"};
}

const {language, locale} = chosen(navigator.languages);
const formats = figures(locale);

/** @type {Words} */
export const words = (await MODULES[language]()).words(formats);

/** The sentences for problems, by code; none until they are loaded. @type {Record<string, Sentence>} */
export let reasons = {};

export async function loadReasons() {
  const {LANGUAGES} = await import("./problem-words.js").catch(() => Promise.reject(lostConnection()));
  reasons = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (language)](formats);
}

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
 * The sentence for a problem: by its code in the page's language, otherwise the service's own sentence.
 * @param {import("./problem.js").Problem} problem
 * @param {Limits | null} limits
 */
export function reason(problem, limits) {
  const known = reasons[problem.code];
  if (!known || !limits || (problem.code === "refused" && problem.quoted)) return problem.message;
  return known(factsOf(limits));
}

/** The limits, in the form that sentences need. @param {Limits} limits */
export const factsOf = ({accepted, maxUploadBytes, maxMegapixels}) => ({
  accepted: accepted.split(/, | or /),
  limit: maxUploadBytes,
  megapixels: maxMegapixels,
});
