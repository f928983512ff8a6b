// Which curves are shown, what is so at the cursor, and the hint that follows the pointer.

const chosen = {}; // group of measures by who they are of: "people" or "whole"

for (const [who, tracked] of [["people", true], ["whole", false]]) {
  const select = byId(`${who}-curves`), fitting = data.groups.filter((one) => one.tracked === tracked);
  chosen[who] = fitting.find((one) => one.family === "emotion") ?? fitting[0];
  select.append(make("option", { value: "" }, "none"), ...data.groups.flatMap((one, i) => (one.tracked === tracked ? [make("option", { value: i }, titleOf(one))] : [])));
  select.value = chosen[who] ? data.groups.indexOf(chosen[who]) : "";
  select.parentElement.hidden = !fitting.length;
  select.addEventListener("change", () => {
    chosen[who] = select.value === "" ? undefined : data.groups[select.value];
    listMeasures();
    layOut();
    refresh();
  });
}

function titleOf(group) {
  return group.family + (group.unit ? ` in ${group.unit}` : "") + (data.basic.includes(group.family) ? " (basic)" : "");
}

const groupOf = (lane) => chosen[lane.lane < 0 ? "whole" : "people"];

function seriesOf(lane) {
  const group = groupOf(lane);
  return group && data.series.find((one) => one.family === group.family && one.medium === view.medium && one.lane === lane.lane);
}

// Reads the curves that are chosen and not read yet, then draws.
async function refresh() {
  const wanted = lanes.flatMap((lane) => {
    const group = groupOf(lane);
    lane.read ??= new Map();
    return lane.series ? group.names.filter((_, i) => group.shown[i]).map(async (name) => lane.read.set(name, await curveOf(lane.series, name))) : [];
  });
  await Promise.all(wanted);
  redraw();
  showNow();
}

function listMeasures() {
  const boxes = ["people", "whole"].flatMap((who) => (chosen[who] ? chosen[who].names.map((_, i) => measureBox(chosen[who], i)) : []));
  byId("measures").replaceChildren(byId("measures").firstElementChild, ...boxes);
}

function measureBox(group, i) {
  const box = checkbox(group.shown[i], (on) => { group.shown[i] = on; refresh(); });
  const key = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = document.createElementNS(key.namespaceURI, "line");
  for (const [name, value] of Object.entries({ x2: 18, y1: 2, y2: 2, "stroke-dasharray": DASHES[Math.floor(i / 7) % 3].join(" ") })) line.setAttribute(name, value);
  line.style.stroke = `var(--c${i % 7})`;
  key.append(line);
  return make("label", { title: group.meanings[i] }, box, key, group.names[i]);
}

function listLayers() {
  const layers = [...new Set(data.segments.layer)].sort((a, b) => a - b), boxes = layers.map((layer) => {
    const name = data.segments.texts[layer];
    const box = checkbox(true, (on) => { view.hidden[on ? "delete" : "add"](layer); layOut(); refresh(); listRows(); });
    return make("label", {}, box, name, ...(data.basic.includes(name) ? [make("span", { class: "basic" }, "basic")] : []));
  });
  byId("layers").append(...boxes);
}

function checkbox(on, changed) {
  const box = make("input", { type: "checkbox" });
  box.checked = on;
  box.addEventListener("change", () => changed(box.checked));
  return box;
}

// Everybody, with the labels and values of the moment at the cursor; who is away keeps the place, so that nothing jumps.
function showNow() {
  const { start, end } = data.segments, people = lanes.map((lane) => {
    const here = lane.tracks.some(([medium, from, to]) => medium === view.medium && view.at >= from - NEAREST && view.at <= to);
    const labels = lane.layers.flatMap((layer) => layer.items.filter((i) => start[i] <= view.at && view.at < end[i]));
    const told = here ? [...labels.map((i) => make("i", {}, `${text("layer", i)}: ${text("label", i)}`)), ...valuesNow(lane)] : [make("i", {}, "not in view")];
    const picture = lane.portrait ? [make("img", { src: `data:image/jpeg;base64,${lane.portrait}`, alt: "" })] : [];
    return make("div", here ? {} : { class: "away" }, ...picture, make("span", {}, lane.name, make("br"), ...told));
  });
  const rows = [make("b", {}, clock(view.at)), ...people];
  byId("now").replaceChildren(...rows);
  const slider = byId("lanes");
  slider.setAttribute("aria-valuemax", whole.toFixed(3));
  slider.setAttribute("aria-valuenow", view.at.toFixed(3));
  slider.setAttribute("aria-valuetext", `${clock(view.at)} of ${clock(whole)}`);
}

// The values of the chosen measures at the cursor: of the last row up to it, a dash where it is in a gap.
function valuesNow(lane) {
  const group = groupOf(lane);
  if (!group || !lane.read) return [];
  return group.names.filter((name, i) => group.shown[i] && lane.read.has(name)).map((name) => {
    const { times, levels, every, step } = lane.read.get(name), last = search(times, view.at + NEAREST) - 1;
    const values = every > 1 ? levels[0].low.slice(last - (last % 2), last - (last % 2) + 2) : levels[0].low.slice(last, last + 1);
    const digits = Math.min(Math.max(-Math.floor(Math.log10(step || 1)) - 1, 0), 4);
    if (last < 0 || Number.isNaN(values[0])) return make("i", {}, `${name} –`);
    return make("i", {}, `${name} ${[...values].map((one) => one.toFixed(digits)).join(" to ")} ${group.unit}`);
  });
}

// The segment under a point of a lane's canvas, or undefined.
function segmentAt(lane, x, y) {
  const { start, end, row } = data.segments, time = timeAt(x), slack = 3 * (timeAt(1) - timeAt(0));
  const layer = lane.layers.find((one) => y >= one.y && y < one.y + one.rows * (BAR + 2));
  const line = layer && Math.floor((y - layer.y) / (BAR + 2));
  return layer?.items.find((i) => row[i] === line && start[i] - slack <= time && time <= end[i] + slack);
}

function describe(i) {
  const { start, end, apex, probability, lane } = data.segments;
  const peak = apex[i] === null ? "" : `, strongest at ${clock(apex[i], 3)}`;
  const chance = probability[i] === null ? "no calibrated probability" : `probability ${percent(probability[i])}`;
  const tier = data.basic.includes(text("layer", i)) ? " (basic)" : "";
  return `${text("layer", i)}: ${text("label", i)}\n${nameOf(lane[i])}, ${clock(start[i], 3)} to ${clock(end[i], 3)}${peak}\n${chance}\n${text("source", i)}: ${text("model", i)}${tier}`;
}

function hint(event, told) {
  const tip = byId("tip");
  tip.hidden = !told;
  if (!told) return;
  tip.textContent = told;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(Math.min(event.clientX + 14, innerWidth - box.width - 8), 4)}px`;
  tip.style.top = `${event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 18}px`;
}
