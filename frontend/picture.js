/** The picture in a row: a thumbnail; until it exists, if that takes long, the file. Far from the window there is none of the file. */

import {forget, preview} from "./preview.js";
import {listed} from "./still.js";

export class Picture {
  #box;
  #upload;
  #refresh;
  /** Whether the row may be visible soon. */
  #near = false;
  /** The drawn file, or a thumbnail. @type {HTMLCanvasElement | HTMLImageElement | null} */
  #shown = null;

  /**
   * @param {HTMLElement} box
   * @param {Upload} upload
   * @param {(upload: Upload) => Promise<Manifest | null>} refresh
   */
  constructor(box, upload, refresh) {
    this.#box = box;
    this.#upload = upload;
    this.#refresh = refresh;
  }

  /** The upload has changed, or its row comes near the window, or leaves it. @param {boolean} near */
  async update(near) {
    this.#near = near;
    if (!near) return this.#release();
    if (this.#shown) return;
    const {file, stage} = this.#upload;
    if (stage === "done") await this.#showThumbnail();
    else if (file && stage !== "stopped") await this.#showFile(file);
  }

  #release() {
    forget(this);
    if (!(this.#shown instanceof HTMLCanvasElement)) return;
    Object.assign(this.#shown, {width: 0, height: 0}); // frees its memory now, not at the next garbage collection
    this.#shown.remove();
    this.#shown = null;
  }

  /** @param {File} file */
  async #showFile(file) {
    const canvas = await preview(this, file);
    if (!canvas || this.#shown || !this.#near) return;
    canvas.className = "picture";
    this.#shown = canvas;
    this.#box.append(canvas);
  }

  async #showThumbnail() {
    forget(this);
    const manifest = this.#upload.manifest ?? (await this.#refresh(this.#upload).catch(() => null));
    if (!manifest || this.#shown || !this.#near) return;
    const onLoad = (/** @type {HTMLElement} */ picture) => this.#box.append(picture);
    const onError = () => { // its address has expired
      this.#shown = null;
      if (this.#upload.file) this.#showFile(this.#upload.file);
    };
    this.#shown = listed(manifest.thumbnails, {onLoad, onError});
  }
}
