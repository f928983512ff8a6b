// The table of the segments of the medium, without those of hidden layers, so many at a time.

const AT_ONCE = 100;
let listed = [];
let shownRows = 0;

function listRows() {
  const { media, layer } = data.segments;
  listed = [...media.keys()].filter((i) => media[i] === view.medium && !view.hidden.has(layer[i]));
  shownRows = 0;
  byId("rows").replaceChildren();
  moreRows();
}

function moreRows() {
  byId("rows").append(...listed.slice(shownRows, shownRows + AT_ONCE).map(rowOf));
  shownRows = Math.min(shownRows + AT_ONCE, listed.length);
  byId("count").textContent = listed.length ? `${shownRows.toLocaleString("en")} of ${listed.length.toLocaleString("en")} segments` : "No segments.";
  byId("more").hidden = shownRows === listed.length;
}

function rowOf(i) {
  const { start, end, probability, lane } = data.segments, jump = make("button", { type: "button", "aria-label": `Go to ${clock(start[i])}` }, clock(start[i], 2));
  jump.addEventListener("click", () => { go(start[i]); byId("timeline").scrollIntoView({ block: "nearest" }); });
  const cells = [clock(end[i], 2), `${(end[i] - start[i]).toFixed(2)} s`, nameOf(lane[i]), text("layer", i), text("label", i)];
  const chance = probability[i] === null ? "–" : percent(probability[i]);
  const by = text("source", i) === "annotator" ? `annotator ${text("model", i)}` : text("model", i);
  return make("tr", {}, make("td", {}, jump), ...[...cells, chance, by].map((told) => make("td", {}, told)));
}
