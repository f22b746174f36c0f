/** The page: what was chosen becomes a row, and the row shows what becomes of it. */

import {downloadAll} from "./download.js";
import {button, byId} from "./elements.js";
import {receive} from "./intake.js";
import {keep, kept} from "./kept.js";
import {Problem} from "./problem.js";
import {room} from "./room.js";
import {LONGEST, Row, status} from "./row.js";
import {Summary} from "./summary.js";
import {limits} from "./upload.js";
import {isOver, Uploads} from "./uploads.js";
import {bytes, sizeList, some} from "./words.js";

/** @typedef {import("./uploads.js").Upload} Upload */

const input = /** @type {HTMLInputElement} */ (byId("files"));
const camera = /** @type {HTMLInputElement} */ (byId("camera"));
/** @type {Map<Upload, Row>} */
const rows = new Map();
/** @type {Uploads | null} */
let uploads = null;
/** Files that were chosen before the service had said what it accepts. @type {File[]} */
const early = [];
/** What waits to be announced. @type {string[]} */
const unsaid = [];
let saying = 0;

const base = document.querySelector('meta[name="api"]')?.getAttribute("content") || "./";
const api = new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI);

const summary = new Summary({
  cancelAll: () => uploads?.cancelAll(),
  openAll: (open) => {
    for (const row of rows.values()) row.toggle(open);
    total();
  },
  downloadAll: async () => {
    try {
      await downloadAll(uploads?.list ?? [], (upload) => uploads?.refresh(upload) ?? Promise.resolve());
    } catch {
      const sentence = "The thumbnails could not be fetched. Please try again.";
      byId("summary-detail").textContent = sentence;
      announce(sentence);
    }
  },
  clear: () => {
    for (const upload of [...(uploads?.list ?? [])]) remove(upload);
    input.focus();
  },
});

byId("uploads").before(room(byId("list"), LONGEST));
receive([input, camera], take);
addEventListener("beforeunload", (event) => {
  if (uploads?.list.some((upload) => upload.file && !upload.arrived && !isOver(upload))) event.preventDefault();
});
open();

/** Asks the service what it accepts; everything else follows from the answer. */
async function open() {
  const terms = byId("terms");
  try {
    const known = await limits({api});
    byId("offer").textContent = `Pictures in, thumbnails out: ${sizeList(known.sizes)}.`;
    terms.textContent =
      `${known.accepted}, up to ${bytes(known.maxUploadBytes)} and ${known.maxMegapixels} megapixels each. ` +
      `Location and other hidden data are left out of the thumbnails. Originals are deleted after ${some(known.keepOriginalsDays, "day")}.`;
    input.accept = Object.entries(known.types).flat(2).join(",");
    uploads = new Uploads({api, limits: known, onChange: show});
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const again = button("Try again", "", () => {
      terms.textContent = "";
      input.focus();
      open();
    });
    terms.replaceChildren(`${problem.message} `, again);
    announce(problem.message);
    return;
  }
  uploads.resume(kept());
  take(early.splice(0));
}

/** @param {File[]} files */
function take(files) {
  if (!uploads) {
    early.push(...files);
    return;
  }
  const {added, known} = uploads.add(files);
  if (added.length > 0) announce(`${some(added.length, "file")} added.`);
  if (known.length > 0) announce(known.length === 1 ? `${known[0].name} is in the list already.` : `${known.length} files are in the list already.`);
  const first = added[0] ?? known[0];
  if (first) rows.get(first)?.element.scrollIntoView({block: "nearest"});
}

/** An upload is new, or has changed. @param {Upload} upload */
function show(upload) {
  if (!uploads?.list.includes(upload)) return; // removed while its last step was still under way
  const row = rows.get(upload);
  if (row) {
    row.update();
  } else {
    const made = new Row(upload, {
      retry: () => uploads?.retry(upload),
      remove: () => remove(upload),
      choose: () => input.click(),
      refresh: () => /** @type {Uploads} */ (uploads).refresh(upload),
      announce,
      onToggle: total,
    });
    rows.set(upload, made);
    byId("list").append(made.element);
  }
  if (isOver(upload)) announce(`${upload.name}: ${status(upload)}.`);
  // With a single file nothing stands below that opening could push away.
  if (upload.stage === "done" && uploads.list.length === 1) rows.get(upload)?.toggle(true);
  total();
  // Not with every byte; but the job is known when the first one is to go, and the last one may arrive during a reload.
  if (upload.stage !== "uploading" || upload.sent === 0) keep(uploads.toKeep());
}

/** @param {Upload} upload */
function remove(upload) {
  const row = rows.get(upload);
  const neighbour = row?.element.nextElementSibling ?? row?.element.previousElementSibling;
  uploads?.remove(upload);
  rows.delete(upload);
  row?.element.remove();
  (neighbour?.querySelector("button") ?? input).focus();
  total();
  keep(uploads?.toKeep() ?? []);
}

/** What concerns all of them. */
function total() {
  const all = uploads?.list ?? [];
  byId("uploads").hidden = all.length === 0;
  const open = [...rows.values()].filter((row) => row.isOpen).length;
  const done = all.filter(({stage}) => stage === "done").length;
  summary.update(all, uploads?.left() ?? null, open === done);
  const over = all.filter(isOver).length;
  document.title = over < all.length ? `${over} of ${all.length} - Thumbnails` : "Thumbnails";
}

/** Says it to those who do not see it. What comes together is said together, and of many things only how many. @param {string} text */
function announce(text) {
  unsaid.push(text.replace(/\.\.$/, "."));
  clearTimeout(saying);
  saying = setTimeout(() => {
    const [first, ...others] = unsaid.splice(0);
    const title = byId("summary-title").textContent;
    byId("announcer").textContent = others.length < 4 ? [first, ...others].join(" ") : `${first} ${title}.`;
  }, 500);
}
