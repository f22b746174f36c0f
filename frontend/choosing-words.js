/** What the page says about choices for files, in the languages of language.js; loaded with choosing.js. */

export const LANGUAGES = {
  en: {
    choices: "For the next pictures",
    profile: "Thumbnails",
    usual: "Standard",
    aim: "Choose first what matters in each picture",
    hint: "Tap or click what cropped thumbnails must show, or use the arrow keys. Without a point, the service looks for it. To remove the point, tap or click it, or press Delete.",
    unseen: "This browser cannot show the picture. The service looks for what cropped thumbnails must show.",
    aimOf: (/** @type {string} */ name) => `What matters in ${name}`,
    at: (/** @type {number} */ x, /** @type {number} */ y) => `${x}% from the left, ${y}% from the top`,
    nowhere: "No point",
    upload: "Upload",
    uploadOf: (/** @type {string} */ name) => `Upload ${name}`,
    uploadAll: "Upload all",
  },
  de: {
    choices: "Für die nächsten Bilder",
    profile: "Vorschaubilder",
    usual: "Standard",
    aim: "Zuerst wählen, was in jedem Bild wichtig ist",
    hint: "Tippen oder klicken Sie auf das, was zugeschnittene Bilder zeigen müssen, oder nehmen Sie die Pfeiltasten. Ohne Punkt sucht der Dienst danach. Um den Punkt zu entfernen, tippen oder klicken Sie darauf oder drücken Sie Entf.",
    unseen: "Dieser Browser kann das Bild nicht zeigen. Der Dienst sucht nach dem, was zugeschnittene Bilder zeigen müssen.",
    aimOf: (/** @type {string} */ name) => `Was wichtig ist: ${name}`,
    at: (/** @type {number} */ x, /** @type {number} */ y) => `${x} % von links, ${y} % von oben`,
    nowhere: "Kein Punkt",
    upload: "Hochladen",
    uploadOf: (/** @type {string} */ name) => `Hochladen: ${name}`,
    uploadAll: "Alle hochladen",
  },
};
