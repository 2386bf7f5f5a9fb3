// How large things must be to be read from afar. A digit has to be as high as
// the distance divided by 200 (17 minutes of arc; FAA, ISO 9241), for older
// eyes by 100; digits are 0.73 of their font.

const DIGIT = 0.73;
const LIMIT = 200;
const TALL = 2.15; // of a tile's font: the number, the window's number above it, and air
const LABEL = 0.56; // of a tile's font: the window's number, where that can be read
const WIDE = 3.15; // of a tile's font: four characters and air
const NEWEST = 21.6 / 108; // of a landscape wall's height: the font of the newest call

/** The font, in pixels, whose digits can just be read on a screen. @param {{diagonal: number, distance: number}} screen */
export function leastFont(screen) {
  const pitch = (screen.diagonal * 25.4) / Math.hypot(innerWidth, innerHeight); // mm
  return (screen.distance * 1000) / LIMIT / pitch / DIGIT;
}

/** The greatest distance, in metres, from which the newest call is read on a 16:9 screen of so many inches. @param {number} diagonal */
export const reach = (diagonal) => (diagonal * 25.4 * 9 * NEWEST * DIGIT * LIMIT) / Math.hypot(16, 9) / 1000;

/** The largest font in which so many characters stand in a box. @param {number} n @param {{width: number, height: number}} box */
export const fitting = (n, box) => Math.sqrt((box.width * box.height) / (1.9 * Math.max(1, n)));

/** The font of a tile so high, whose window's number is not smaller than what can be read. @param {number} height @param {number} least */
function tall(height, least) {
  const font = height / TALL;
  return font * LABEL >= least ? font : (height - 1.3 * least) / (TALL - 1.3 * LABEL);
}

/** The font of a tile's window. @param {number} font @param {number} least */
export const label = (font, least) => Math.max(font * LABEL, Math.min(font, least));

/** The arrangement of n tiles in a box that makes them largest. @param {number} n @param {{width: number, height: number}} box @param {number} [least] */
export function arrange(n, box, least = 0) {
  let best = { cols: 1, rows: Math.max(1, n), font: 0 };
  for (let cols = 1; cols <= n; cols++) {
    const rows = Math.ceil(n / cols);
    const gap = box.height * 0.009;
    const font = Math.min((box.width - gap * (cols - 1)) / cols / WIDE, tall((box.height - gap * (rows - 1)) / rows, least));
    if (font > best.font) best = { cols, rows, font };
  }
  return best;
}

/**
 * Windows cut into pages on which every number can be read: one page if all
 * can, else one for each zone, and zones that are too large in parts.
 * @param {any[]} windows @param {{width: number, height: number}} box @param {number} least
 */
export function pagesOf(windows, box, least) {
  const fits = (/** @type {any[]} */ list) => list.length < 2 || arrange(list.length, box, least).font >= least;
  if (fits(windows)) return [windows];
  const zones = new Map();
  for (const w of windows) {
    const zone = `${w.floor}/${w.area}`;
    zones.set(zone, [...(zones.get(zone) || []), w]);
  }
  return [...zones.values()].flatMap((zone) => halves(zone, fits));
}

/** Even parts that fit. @param {any[]} list @param {(list: any[]) => boolean} fits @returns {any[][]} */
function halves(list, fits) {
  for (let parts = 1; ; parts++) {
    const size = Math.ceil(list.length / parts);
    if (size > 1 && !fits(list.slice(0, size))) continue;
    return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
  }
}
