/** The page's texts in German. */

/** @type {(figures: Figures) => Words} */
export function words({number, bytes, part, time, percent, clock, box, dimensions, facts, all, any, plural}) {
  /** @param {number} many @param {string} one @param {string} other */
  const count = (many, one, other) => `${number(many)} ${plural(many, {one, other})}`;
  /** @param {string[]} names */
  const some = (names) => all(names.length > 4 ? [...names.slice(0, 3), `${number(names.length - 3)} weitere`] : names);
  return {
    page: "Vorschaubilder",
    pageWhile: ({over, total}) => `${number(over)} von ${number(total)} - Vorschaubilder`,
    choose: "Bilder auswählen",
    hint: "oder irgendwo auf diese Seite ziehen oder einfügen",
    camera: "Foto aufnehmen",
    tryAgain: "Nochmal versuchen",
    dismiss: "OK",
    offer: (sizes) =>
      `Aus Bildern werden Vorschaubilder: ${all(sizes.map(dimensions))} Pixel.`,
    terms: ({accepted, limit, megapixels, days, unclaimed, named}) =>
      `${any(accepted)}, je bis zu ${bytes(limit)} und ${number(megapixels)} Megapixel. ` +
      (named
        ? "Name und Lizenz bleiben in den Vorschaubildern, Aufnahmeort und andere verborgene Daten nicht. "
        : "Aufnahmeort und andere verborgene Daten kommen nicht in die Vorschaubilder. ") +
      `Originale werden nach ${count(days, "Tag", "Tagen")} gelöscht.` +
      (unclaimed ? ` Vorschaubilder, die niemand verwendet, werden nach ${count(unclaimed, "Tag", "Tagen")} gelöscht.` : ""),

    waiting: "Wartet",
    uploading: ({sent, size, left}) => facts([`Wird hochgeladen: ${part(sent, size)} von ${bytes(size)}`, left !== null && `noch ${time(left)}`]),
    storing: "Alles gesendet. Der Speicher hat noch nicht geantwortet.",
    offline: "Keine Verbindung. Es geht von selbst weiter.",
    again: "Neuer Versuch",
    converting: "Vorschaubilder werden erstellt",
    slow: "Vorschaubilder werden noch erstellt. Es dauert länger als sonst.",
    done: (made) =>
      facts([count(made.thumbnails, "Vorschaubild", "Vorschaubilder"), bytes(made.bytes), made.saved !== null && `${percent(made.saved)} kleiner`]),
    cancelled: "Abgebrochen",
    interrupted: "Nicht hochgeladen, bevor die Seite geschlossen wurde. Wählen Sie die Datei noch einmal aus, dann geht es weiter.",
    said: ({name, status}) => `${name}: ${status}`,

    cancel: "Abbrechen",
    cancelOf: (name) => `Abbrechen: ${name}`,
    remove: "Entfernen",
    removeOf: (name) => `Entfernen: ${name}`,
    pick: "Auswählen",
    pickOf: (name) => `Auswählen: ${name}`,
    retry: "Wiederholen",
    retryOf: (name) => `Wiederholen: ${name}`,
    open: "Bilder",
    openOf: (name) => `Bilder von ${name}`,
    bar: (name) => `Hochladen von ${name}`,

    title: ({done, total, failed}) =>
      facts([done === total ? `${number(done)} fertig` : `${number(done)} von ${number(total)} fertig`, failed > 0 && `${number(failed)} fehlgeschlagen`]),
    sending: ({sent, size, left}) => facts([`${part(sent, size)} von ${bytes(size)}`, left !== null && `noch ${time(left)}`]),
    total: ({made, size}) => `${bytes(made)} aus ${bytes(size)}`,
    barOfAll: "Alle Uploads",
    cancelAll: "Alle abbrechen",
    retryAll: "Alle wiederholen",
    openAll: "Alle öffnen",
    closeAll: "Alle schließen",
    downloadAll: "Alle herunterladen",
    clear: "Liste leeren",

    facts,
    bytes,
    box,
    percent,
    clock,

    added: (many) => `${count(many, "Datei", "Dateien")} hinzugefügt.`,
    leftOut: (names) => `Schon in der Liste und nicht noch einmal hinzugefügt: ${some(names)}.`,
    unreadable: (names) => `Nicht lesbar und nicht hinzugefügt: ${some(names)}.`,
    emptyFolder: (names) => `Keine Dateien in ${some(names)}.`,
    willBeForgotten: (many) =>
      `Der Speicher des Browsers für diese Seite ist voll. Nach einem Neuladen ${plural(many, {one: "fehlt eine Datei", other: `fehlen ${number(many)} Dateien`})} in der Liste.`,
    missing: (names) => `Nicht abrufbar und nicht im Archiv: ${some(names)}.`,
    notFetched: "Die Vorschaubilder konnten nicht abgerufen werden. Bitte versuchen Sie es noch einmal.",

    longest: "Das Bild ist auf eine seltene Weise gespeichert, die wir nicht lesen können. Bitte speichern Sie es als gewöhnliches JPEG oder PNG.",
  };
}
