/** Uploads each chosen picture and shows its smallest thumbnail, or why there is none. */

import {upload} from "./client/upload.js";

const api = document.querySelector('meta[name="thumbnails-api"]').content;
const files = document.querySelector("#files");
const pictures = document.querySelector("#pictures");

files.addEventListener("change", () => {
  for (const file of files.files) add(file);
  files.value = ""; // so that the same file can be chosen again
});

async function add(file) {
  const item = pictures.appendChild(document.createElement("li"));
  const say = (text) => {
    item.textContent = `${file.name}: ${text}`;
  };
  say("waiting");
  try {
    const {thumbnails} = await upload(file, {api, onProgress: (progress) => say(describe(progress))});
    const [smallest] = thumbnails;
    const image = new Image(smallest.width, smallest.height);
    image.crossOrigin = "anonymous"; // sends this page's origin, without which `make run` serves nothing to other sites
    image.src = smallest.url;
    image.alt = file.name;
    item.replaceChildren(image);
  } catch (problem) {
    say(problem.message); // a sentence for a person; problem.code is for a program
  }
}

function describe({stage, sent, total}) {
  return stage === "uploading" ? `${Math.round((100 * sent) / total)}% uploaded` : stage;
}
