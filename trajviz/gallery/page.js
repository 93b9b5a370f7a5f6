"use strict";
// Each animation plays while it is in view, unless it or all of them were told to stop. A film
// loads nothing before; a loop that stands still shows its still instead.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pauseAll = document.getElementById("page:pause-all");
const said = document.getElementById("page:said");
let paused;

const items = new Map([...document.querySelectorAll(".moves")].map((frame) => [frame, {
  frame,
  button: frame.querySelector("button"),
  video: frame.querySelector("video"),
  stills: [...frame.querySelectorAll(".still")],
  canvas: frame.querySelector("canvas"),
  inView: false,
  wish: null, // true or false: what was asked of this one alone
}]));

function update(item) {
  const wanted = item.wish ?? !paused;
  item.frame.classList.toggle("stopped", !wanted);
  item.button.lastChild.textContent = `${wanted ? "Pause" : "Play"} ${item.frame.dataset.title}`;
  if (item.video) {
    if (wanted && item.inView) play(item);
    else item.video.pause();
  } else {
    for (const still of item.stills) still.media = wanted ? "not all" : still.dataset.for ?? "all";
    if (item.canvas) {
      item.canvas.hidden = wanted;
      if (!wanted && item.inView) freeze(item);
    }
  }
}

function play(item) {
  item.video.play().catch((refusal) => {
    if (refusal.name !== "NotAllowedError") return; // an error has its own event
    item.wish = false;
    update(item);
  });
}

// The browser cannot play the film: the loop takes its place, else the still stays.
function replace(item) {
  const { video, frame } = item;
  video.remove();
  item.video = null;
  if (!frame.dataset.loop) {
    item.button.remove();
    items.delete(frame);
    return;
  }
  const image = frame.querySelector("img") ?? pictureFor(video, frame);
  const still = document.createElement("source");
  still.srcset = frame.dataset.still;
  for (const dark of frame.querySelectorAll(".dark")) dark.remove(); // it would hide the loop
  image.before(still);
  item.stills = [still];
  image.src = frame.dataset.loop;
  update(item);
}

function pictureFor(video, frame) {
  const picture = document.createElement("picture");
  const image = document.createElement("img");
  image.alt = video.getAttribute("aria-label");
  image.width = video.width;
  image.height = video.height;
  picture.append(image);
  frame.prepend(picture);
  return image;
}

// No still came with the loop: its first frame is drawn instead.
async function freeze(item) {
  const image = new Image();
  const dark = item.frame.querySelector(".dark");
  const inTheDark = dark && matchMedia(dark.media).matches;
  image.src = inTheDark ? dark.srcset : item.frame.querySelector("img").src;
  await image.decode();
  item.canvas.getContext("2d").drawImage(image, 0, 0, item.canvas.width, item.canvas.height);
}

function setPaused(value) {
  paused = value;
  pauseAll.setAttribute("aria-pressed", paused);
  for (const item of items.values()) {
    item.wish = null;
    update(item);
  }
}

pauseAll.addEventListener("click", () => setPaused(!paused));
calm.addEventListener("change", () => setPaused(calm.matches));
setPaused(calm.matches);

for (const item of items.values()) {
  const toggle = () => {
    item.wish = !(item.wish ?? !paused);
    update(item);
  };
  item.button.addEventListener("click", toggle);
  item.frame.addEventListener("click", ({ target }) => target.closest("button") || toggle());
  item.video?.lastElementChild.addEventListener("error", () => replace(item));
}

const observer = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    const item = items.get(target);
    if (!item) continue;
    item.inView = isIntersecting;
    if (item.video && isIntersecting && !item.frame.querySelector("img")) item.video.preload = "metadata";
    update(item);
  }
}, { threshold: 0.25 });
for (const frame of items.keys()) observer.observe(frame);

// Text is copied where the browser lets us, else by the old command, else it is left selected.
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    const done = document.execCommand("copy");
    if (done) getSelection().removeAllRanges();
    return done;
  }
}

for (const button of document.querySelectorAll(".copy")) {
  const word = button.querySelector(".word");
  let timer;
  button.addEventListener("click", async () => {
    const done = await copy(button.previousElementSibling);
    word.textContent = done ? "Copied" : "Selected";
    said.textContent = done ? "Copied" : "Selected, press Control+C to copy";
    clearTimeout(timer);
    timer = setTimeout(() => {
      word.textContent = "Copy";
      said.textContent = "";
    }, 2000);
  });
}

// A page to play with is loaded when it is asked for, and gone when it is closed.
const stage = document.getElementById("page:live");
stage.querySelector("button").addEventListener("click", () => stage.close());
stage.addEventListener("close", () => stage.querySelector("iframe")?.remove());
for (const link of document.querySelectorAll("a.live")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = link.href;
    frame.title = link.dataset.title;
    frame.allow = "fullscreen; clipboard-write";
    stage.setAttribute("aria-label", link.dataset.title);
    stage.append(frame);
    stage.showModal();
  });
}

addEventListener("beforeprint", () => {
  for (const image of document.images) image.loading = "eager";
});
