/** What the page says about deleting an upload for good, in the languages of language.js; loaded with erasing.js. */

export const LANGUAGES = {
  en: {
    begin: "Delete",
    of: (/** @type {string} */ name) => `Delete ${name}`,
    warning: (/** @type {string} */ name) => `Delete ${name} and its thumbnails for good? This cannot be undone.`,
    now: "Delete for good",
    nowOf: (/** @type {string} */ name) => `Delete for good: ${name}`,
    keep: "Keep",
    keepOf: (/** @type {string} */ name) => `Keep ${name}`,
    running: "Deleting",
    done: (/** @type {string} */ name) => `${name} was deleted.`,
    failed: "It could not be deleted. Please try again.",
  },
  de: {
    begin: "Löschen",
    of: (/** @type {string} */ name) => `Löschen: ${name}`,
    warning: (/** @type {string} */ name) => `${name} und die Vorschaubilder endgültig löschen? Das lässt sich nicht rückgängig machen.`,
    now: "Endgültig löschen",
    nowOf: (/** @type {string} */ name) => `Endgültig löschen: ${name}`,
    keep: "Behalten",
    keepOf: (/** @type {string} */ name) => `Behalten: ${name}`,
    running: "Wird gelöscht",
    done: (/** @type {string} */ name) => `${name} wurde gelöscht.`,
    failed: "Das Löschen ist nicht gelungen. Bitte versuchen Sie es noch einmal.",
  },
};
