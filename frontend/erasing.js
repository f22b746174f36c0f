/** Deletes one upload for good: the button in an opened row, which asks before it acts. */

import {button, make, write} from "./elements.js";
import {words} from "./language.js";

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
    const first = button(words.erase, words.eraseOf(name), ask);
    place.replaceChildren(first, " ", said);
    return first;
  };
  const ask = () => {
    write(said, words.eraseWarning(name));
    const keep = button(words.eraseNot, words.eraseNotOf(name), () => {
      write(said, "");
      offer().focus();
    });
    place.replaceChildren(said, " ", button(words.eraseNow, words.eraseNowOf(name), run), " ", keep);
    keep.focus(); // the harmless one
    announce(words.eraseWarning(name));
  };
  const run = async () => {
    write(said, words.erasing);
    const first = offer();
    first.disabled = true;
    try {
      await erase();
      announce(words.erased(name));
    } catch {
      first.disabled = false;
      write(said, words.notErased);
      announce(words.notErased);
    }
  };
  offer();
  return place;
}
