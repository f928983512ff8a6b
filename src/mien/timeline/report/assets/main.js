// Starts the page, and ties the pointer, the keyboard and the media to the view.

// The element that plays the medium in view, if the page has it.
let player = null;

function setPlayer() {
  const index = data.media.findIndex((one) => one.media === view.medium), source = data.sources[index];
  player = null;
  byId("player").replaceChildren();
  if (!source || data.media[index].kind === "image") return;
  player = make(data.media[index].kind === "audio" ? "audio" : "video", { controls: "", preload: "metadata", playsinline: "" });
  player.src = source.url || URL.createObjectURL(new Blob([raw(`m${index}`)], { type: source.type }));
  player.addEventListener("error", () => byId("player").replaceChildren(make("p", {}, "This browser cannot play the medium, or it is no longer where it was.")));
  player.addEventListener("seeked", follow);
  player.addEventListener("play", keepUp);
  byId("player").append(player);
}

function follow() {
  if (Math.abs(player.currentTime - view.at) > 0.01) go(player.currentTime);
}

function keepUp() {
  if (!player || player.paused) return;
  follow();
  requestAnimationFrame(keepUp);
}

function jump(time) {
  go(time);
  if (player) player.currentTime = view.at;
}

function moveCursor() {
  const canvas = byId("ruler"), x = xOf(view.at);
  cursor.hidden = x < 0 || x > view.width;
  cursor.style.left = `${canvas.offsetLeft + x - 1}px`;
}

// Goes to the next (1) or the previous (-1) start of a segment that is listed.
function step(way) {
  const starts = listed.map((i) => data.segments.start[i]);
  const next = way > 0 ? starts.find((one) => one > view.at + 1e-3) : starts.findLast((one) => one < view.at - 1e-3);
  if (next !== undefined) jump(next);
}

function rate() {
  const medium = data.media.find((one) => one.media === view.medium);
  return medium?.rate || 25;
}

const KEYS = {
  ArrowLeft: (e) => jump(view.at - (e.shiftKey ? 10 : 1)),
  ArrowRight: (e) => jump(view.at + (e.shiftKey ? 10 : 1)),
  Home: () => jump(0),
  End: () => jump(whole),
  ",": () => jump(view.at - 1 / rate()),
  ".": () => jump(view.at + 1 / rate()),
  "+": () => zoom(0.5),
  "=": () => zoom(0.5),
  "-": () => zoom(2),
  0: () => show(0, whole),
  a: () => shift(-0.25),
  d: () => shift(0.25),
  n: () => step(1),
  p: () => step(-1),
  " ": () => player && (player.paused ? player.play() : player.pause()),
};

byId("lanes").addEventListener("keydown", (event) => {
  const act = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act(event);
});

// Where a pointer is in a canvas of the lanes: x, and the lane with y where it is one.
function pointed(event) {
  const box = byId("ruler").getBoundingClientRect(), lane = lanes.find((one) => one.canvas === event.target);
  return { x: event.clientX - box.left, lane, y: lane ? event.clientY - lane.canvas.getBoundingClientRect().top : 0 };
}

let held = null;

byId("lanes").addEventListener("pointerdown", (event) => {
  if (event.target.tagName !== "CANVAS" || event.button) return;
  held = { x: event.clientX, from: view.from, to: view.to, moved: false };
});

addEventListener("pointermove", (event) => {
  if (!held) return;
  const by = event.clientX - held.x;
  held.moved ||= Math.abs(by) > 4;
  if (held.moved) show(held.from - (by / view.width) * (held.to - held.from), held.to - (by / view.width) * (held.to - held.from));
});

addEventListener("pointerup", (event) => {
  if (held && !held.moved) jump(timeAt(pointed(event).x));
  held = null;
});
addEventListener("pointercancel", () => { held = null; });

byId("lanes").addEventListener("pointermove", (event) => {
  const { x, y, lane } = pointed(event), found = lane && !held && segmentAt(lane, x, y);
  hint(event, found === undefined || !lane || held ? "" : describe(found));
});
byId("lanes").addEventListener("pointerleave", () => hint(null, ""));

function wheel(event, about) {
  event.preventDefault();
  zoom(Math.exp(Math.max(Math.min(event.deltaY, 100), -100) / 250), about);
}

byId("lanes").addEventListener("wheel", (event) => {
  const along = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
  if (event.ctrlKey || event.metaKey) return wheel(event, timeAt(pointed(event).x));
  if (!event.shiftKey && Math.abs(along) <= Math.abs(event.deltaY)) return; // the page scrolls
  event.preventDefault();
  shift(along / view.width);
}, { passive: false });

const overview = byId("overview");
const timeOver = (event) => ((event.clientX - overview.getBoundingClientRect().left) / overview.clientWidth) * whole;

function centre(event) {
  const half = (view.to - view.from) / 2;
  show(timeOver(event) - half, timeOver(event) + half);
}

overview.addEventListener("wheel", (event) => wheel(event, timeOver(event)), { passive: false });
overview.addEventListener("pointerdown", (event) => { overview.setPointerCapture(event.pointerId); centre(event); });
overview.addEventListener("pointermove", (event) => { if (event.buttons) centre(event); });

for (const [id, act] of [["earlier", () => shift(-0.5)], ["later", () => shift(0.5)], ["closer", () => zoom(0.5)], ["wider", () => zoom(2)], ["all", () => show(0, whole)], ["more", moreRows]])
  byId(id).addEventListener("click", act);

const cursor = make("div", { id: "cursor" });
byId("lanes").append(cursor);

byId("which").hidden = data.media.length < 2;
byId("medium").append(...data.media.map((one) => make("option", { value: one.media }, one.path)));
byId("medium").addEventListener("change", () => {
  choose(Number(byId("medium").value));
  setPlayer();
  layOut();
  refresh();
  listRows();
});

listeners.view.push(drawRuler, () => lanes.forEach(drawLane), drawOverview, moveCursor);
listeners.cursor.push(moveCursor, showNow);
addEventListener("scroll", redraw, { passive: true });
new ResizeObserver(redraw).observe(byId("timeline"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); redraw(); });

for (const id of ["stage", "timeline", "listing"]) byId(id).hidden = false;
readColours();
listMeasures();
listLayers();
view.to = whole;
setPlayer();
layOut();
listRows();
refresh().then(() => requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.ready = performance.now().toFixed(0); })));
