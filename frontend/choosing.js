/**
 * What people choose for the files that they add from then on: a set of sizes, and whether each file waits until they have set
 * its point. Loaded only where the service offers one of them.
 */

import {announce} from "./announcer.js";
import {LANGUAGES} from "./choosing-words.js";
import {byId, make, write} from "./elements.js";
import {words} from "./language.js";
import {lostConnection} from "./problem.js";
import {apply} from "./styles.js";
import {persist} from "./waiting.js";

await apply(new URL("./choosing.css", import.meta.url).href);

const own = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (document.documentElement.lang)];

export class Choices {
  #limits;
  #list;
  #uploads;
  #select = make("select", {id: "profile"});
  #aims = make("input", {type: "checkbox"});
  #aim = make("label", {}, this.#aims, own.aim);
  /** Loaded with the first use. @type {Promise<import("./points.js").Points> | null} */
  #points = null;

  /**
   * @param {Limits} limits
   * @param {import("./list.js").List} list
   * @param {import("./uploads.js").Uploads} uploads
   */
  constructor(limits, list, uploads) {
    this.#limits = limits;
    this.#list = list;
    this.#uploads = uploads;
    const box = make("div", {class: "choices", role: "group", "aria-label": own.choices});
    const names = Object.keys(limits.profiles ?? {});
    if (names.length > 0) {
      const options = names.map((name) => make("option", {value: name, translate: "no"}, name));
      this.#select.append(make("option", {value: ""}, own.usual), ...options);
      this.#select.addEventListener("change", () => {
        this.#offer();
        announce(words.offer(this.#sizes()));
      });
      box.append(make("div", {}, make("label", {for: "profile"}, own.profile), this.#select));
    }
    this.#aims.addEventListener("change", () => void this.#load());
    box.append(this.#aim);
    this.#offer();
    document.querySelector(".intake")?.after(box);
  }

  /**
   * What is chosen now, to be given to each file before it is sent. A file that continues keeps what was chosen for it before.
   * @returns {import("./uploads.js").Choose}
   */
  now() {
    const profile = this.#select.value;
    const points = this.#aims.checked && !this.#aim.hidden ? this.#load() : null;
    return (upload) => {
      upload.choice ??= profile ? {profile} : {};
      if (points) upload.hold = points.then((all) => all.hold(upload));
    };
  }

  /** The list has changed. */
  async update() {
    (await this.#points)?.update();
  }

  #sizes() {
    return this.#limits.profiles?.[this.#select.value] ?? this.#limits.sizes;
  }

  /** Shows what is made with the chosen set of sizes. */
  #offer() {
    write(byId("offer"), words.offer(this.#sizes()));
    this.#aim.hidden = !this.#sizes().some(({crop}) => crop);
  }

  /** Loads the code for points. The files that need it wait for it. */
  #load() {
    const load = () => import("./points.js").catch(() => Promise.reject(lostConnection()));
    return (this.#points ??= persist(load).then(({Points}) => new Points(this.#list, this.#uploads)));
  }
}
