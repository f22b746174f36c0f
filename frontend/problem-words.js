/**
 * What the page says about problems, by their code, in the languages of language.js: the client's (problem.js) and the
 * service's (functions/thumbs/errors.py). Loaded before the first file is sent.
 */

/** @typedef {import("./figures.js").Figures} Figures */
/** @typedef {(limits: {accepted: string[], limit: number, megapixels: number}) => string} Sentence */

export const LANGUAGES = {
  en: (/** @type {Figures} */ {number, bytes, all, any}) => /** @type {Record<string, Sentence>} */ ({
    network: () => "The connection was lost.",
    busy: () => "The service is busy.",
    expired: () => "The permission to upload has expired.",
    refused: () => "The file was not accepted. Please try again.",
    unreadable: () => "The file can no longer be read. Was it changed or moved? Please choose it again.",
    no_result: () => "There is no result yet. The picture has arrived and may still be converted.",
    no_thumbnails: () => "No thumbnails were made.",
    unknown: () => "The service no longer knows this upload. Please upload the picture again.",
    erased: () => "This upload was deleted.",
    unexpected: () => "Something went wrong on this page.",
    malformed: () => "The request is not the JSON that this service expects.",
    too_large: ({limit}) => `The file is larger than ${bytes(limit)}. Please choose a smaller one.`,
    type_not_supported: ({accepted}) => `This type of file is not accepted. Please choose ${any(accepted)}.`,
    profile_unknown: () => "The service has no set of sizes with this name. Please choose another one.",
    invalid: () => "The file is empty, or the request describes it with impossible values. Please choose another file.",
    replaced: () => "Another file was uploaded in place of this one before it was read. Please upload the picture again.",
    digest_mismatch: () => "The file that arrived is not the one that was announced. Please upload the picture again.",
    empty: () => "The file is empty. Please choose another one.",
    not_an_image: ({accepted}) => `This file is not a picture that we can read. Accepted formats are ${all(accepted)}.`,
    damaged: () => "The picture is damaged and cannot be read. Please export it again, or choose another one.",
    variant_not_supported: () => "The picture uses a rare variant that we cannot read. Please save it again as an ordinary JPEG or PNG.",
    too_many_pixels: ({megapixels}) => `The picture has more than ${number(megapixels)} megapixels. Please upload a smaller version.`,
    too_complex: () => "The picture is too complex to process. Please save it again in a common format, such as JPEG or PNG.",
    conversion_failed: () => "Something went wrong on our side, and we have been notified. Please try again later.",
  }),
  de: (/** @type {Figures} */ {number, bytes, all, any}) => /** @type {Record<string, Sentence>} */ ({
    network: () => "Die Verbindung ist abgebrochen.",
    busy: () => "Der Dienst ist gerade ausgelastet.",
    expired: () => "Die Erlaubnis zum Hochladen war abgelaufen.",
    refused: () => "Die Datei wurde nicht angenommen. Bitte versuchen Sie es noch einmal.",
    unreadable: () => "Die Datei ist nicht mehr lesbar. Wurde sie geändert oder verschoben? Bitte wählen Sie sie noch einmal aus.",
    no_result: () => "Noch kein Ergebnis. Das Bild ist angekommen und wird vielleicht noch umgewandelt.",
    no_thumbnails: () => "Es wurden keine Vorschaubilder erstellt.",
    unknown: () => "Der Dienst kennt diese Datei nicht mehr. Bitte laden Sie das Bild noch einmal hoch.",
    erased: () => "Diese Datei wurde gelöscht.",
    unexpected: () => "Auf dieser Seite ist etwas schiefgegangen.",
    malformed: () => "Die Anfrage ist nicht das JSON, das der Dienst erwartet.",
    too_large: ({limit}) => `Die Datei ist größer als ${bytes(limit)}. Bitte wählen Sie eine kleinere.`,
    type_not_supported: ({accepted}) => `Diese Art von Datei wird nicht angenommen. Bitte wählen Sie ${any(accepted)}.`,
    profile_unknown: () => "Der Dienst kennt keine Größen unter diesem Namen. Bitte wählen Sie andere.",
    invalid: () => "Die Datei ist leer, oder die Anfrage sagt etwas über sie, das nicht stimmen kann. Bitte wählen Sie eine andere Datei.",
    replaced: () => "Eine andere Datei wurde an ihrer Stelle hochgeladen, bevor sie gelesen war. Bitte laden Sie das Bild noch einmal hoch.",
    digest_mismatch: () => "Angekommen ist eine andere Datei als die angekündigte. Bitte laden Sie das Bild noch einmal hoch.",
    empty: () => "Die Datei ist leer. Bitte wählen Sie eine andere.",
    not_an_image: ({accepted}) => `Diese Datei ist kein lesbares Bild. Angenommen werden ${all(accepted)}.`,
    damaged: () => "Das Bild ist beschädigt und nicht lesbar. Bitte exportieren Sie es neu oder wählen Sie ein anderes.",
    variant_not_supported: () => "Das Bild ist auf eine seltene Weise gespeichert, die wir nicht lesen können. Bitte speichern Sie es als gewöhnliches JPEG oder PNG.",
    too_many_pixels: ({megapixels}) => `Das Bild hat mehr als ${number(megapixels)} Megapixel. Bitte laden Sie eine kleinere Fassung hoch.`,
    too_complex: () => "Das Bild ist zu aufwendig zu lesen. Bitte speichern Sie es in einem üblichen Format wie JPEG oder PNG.",
    conversion_failed: () => "Auf unserer Seite ist etwas schiefgegangen, und wir wissen davon. Bitte versuchen Sie es später noch einmal.",
  }),
};
