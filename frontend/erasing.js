/** Deletes one upload for good: the button in an opened row, which asks before it acts. */

import {button, make, write} from "./elements.js";
import {LANGUAGES} from "./erasing-words.js";

const words = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (document.documentElement.lang)];

/**
 * @param {string} name of the file
 * @param {{erase: () => Promise<void>, announce: (text: string) => void}} actions
 *   erase: deletes the upload, after which the row is removed
 * @returns {HTMLElement}
 */
export function eraser(name, {erase, announce}) {
  const said = make("span", {});
  const place = make("p", {class: "fact take"});
  const offer = () => {
    const first = button(words.begin, words.of(name), ask);
    place.onkeydown = null;
    place.replaceChildren(first, " ", said);
    return first;
  };
  const stay = () => {
    write(said, "");
    offer().focus();
  };
  const ask = () => {
    write(said, words.warning(name));
    const keep = button(words.keep, words.keepOf(name), stay);
    place.onkeydown = ({key}) => {
      if (key === "Escape") stay(); // returns nothing, because false would keep every other key from its effect
    };
    place.replaceChildren(said, " ", button(words.now, words.nowOf(name), run), " ", keep);
    keep.focus(); // the harmless one
    announce(words.warning(name));
  };
  const run = async () => {
    write(said, words.running);
    const first = offer();
    first.disabled = true;
    try {
      await erase();
      announce(words.done(name));
    } catch {
      first.disabled = false;
      write(said, words.failed);
      announce(words.failed);
    }
  };
  offer();
  return place;
}
