/** What an opened row says, in the languages of language.js; loaded with thumbnails.js. */

export const LANGUAGES = {
  en: {
    picture: (/** @type {{name: string, size: string}} */ {name, size}) => `${name}, ${size}`,
    copyAddress: "Copy address",
    copyAddressOf: (/** @type {{name: string, size: string}} */ {name, size}) => `Copy address of ${name}, ${size}`,
    copyHtml: "Copy HTML",
    copyHtmlOf: (/** @type {string} */ name) => `Copy HTML for ${name}`,
    copied: "Copied",
    notAllowed: "Not allowed",
    notCopied: "The browser does not allow copying. Open the thumbnail and copy its address from there.",
    smaller: (/** @type {string} */ part) => `${part} smaller`,
    until: (/** @type {string} */ end) => `The addresses work until ${end}.`,
  },
  de: {
    picture: (/** @type {{name: string, size: string}} */ {name, size}) => `${name}, ${size}`,
    copyAddress: "Adresse kopieren",
    copyAddressOf: (/** @type {{name: string, size: string}} */ {name, size}) => `Adresse kopieren: ${name}, ${size}`,
    copyHtml: "HTML kopieren",
    copyHtmlOf: (/** @type {string} */ name) => `HTML kopieren für ${name}`,
    copied: "Kopiert",
    notAllowed: "Nicht erlaubt",
    notCopied: "Der Browser erlaubt das Kopieren nicht. Öffnen Sie das Vorschaubild und nehmen Sie seine Adresse von dort.",
    smaller: (/** @type {string} */ part) => `${part} kleiner`,
    until: (/** @type {string} */ end) => `Die Adressen gelten bis ${end} Uhr.`,
  },
};
