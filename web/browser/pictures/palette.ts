// Makes the browser's pictures small: at most 256 colours, kept as a palette. What a page is drawn in are few colours, and the
// rest is the edges of letters, where the nearest of them will do.

import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS_MAX = 256;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row, 0xRRGGBB. */
  readonly colours: Uint32Array;
}

/** A PNG as Chromium writes it (8 bits, three or four channels, not interlaced), in at most 256 colours. */
export function withPalette(png: Buffer): Buffer {
  const pixels = read(png);
  const palette = frequent(pixels.colours);
  return write(pixels, palette);
}

function read(png: Buffer): Pixels {
  const data: Buffer[] = [];
  let header: Buffer = Buffer.alloc(0);
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const kind = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (kind === 'IHDR') header = body;
    if (kind === 'IDAT') data.push(body);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9] ?? 0];
  if (channels === undefined || header[8] !== 8 || header[12] !== 0) {
    throw new Error('this picture is not as Chromium writes them');
  }
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  const colours = new Uint32Array(width * height);
  for (let pixel = 0; pixel < colours.length; pixel += 1) {
    colours[pixel] = bytes.readUIntBE(pixel * channels, 3);
  }
  return { width, height, colours };
}

/** Undoes what PNG does to each row before it is compressed (PNG, 9.2). */
function unfiltered(raw: Buffer, row: number, height: number, channels: number): Buffer {
  const bytes = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (row + 1)] ?? 0;
    for (let x = 0; x < row; x += 1) {
      const at = y * row + x;
      const left = x >= channels ? (bytes[at - channels] ?? 0) : 0;
      const above = y > 0 ? (bytes[at - row] ?? 0) : 0;
      const both = x >= channels && y > 0 ? (bytes[at - row - channels] ?? 0) : 0;
      bytes[at] = ((raw[y * (row + 1) + 1 + x] ?? 0) + predicted(filter, left, above, both)) & 0xff;
    }
  }
  return bytes;
}

function predicted(filter: number, left: number, above: number, both: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4: {
      const guess = left + above - both;
      const [toLeft, toAbove, toBoth] = [guess - left, guess - above, guess - both].map(Math.abs) as [
        number,
        number,
        number,
      ];
      if (toLeft <= toAbove && toLeft <= toBoth) return left;
      return toAbove <= toBoth ? above : both;
    }
    default:
      return 0;
  }
}

/** The most frequent colours, of which no two are nearly the same. */
function frequent(colours: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) {
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette: number[] = [];
  for (const [colour] of [...counts].sort(([, a], [, b]) => b - a)) {
    if (palette.length === COLOURS_MAX) break;
    if (palette.every((known) => distance(known, colour) > NEARLY_THE_SAME)) palette.push(colour);
  }
  return palette;
}

const NEARLY_THE_SAME = 48;

function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 0xff) - ((b >> 8) & 0xff);
  const blue = (a & 0xff) - (b & 0xff);
  return red * red + green * green + blue * blue;
}

function write({ width, height, colours }: Pixels, palette: readonly number[]): Buffer {
  const places = new Map(palette.map((colour, place) => [colour, place]));
  const place = (colour: number): number => {
    const known = places.get(colour);
    if (known !== undefined) return known;
    let nearest = 0;
    for (let candidate = 1; candidate < palette.length; candidate += 1) {
      if (distance(palette[candidate] ?? 0, colour) < distance(palette[nearest] ?? 0, colour))
        nearest = candidate;
    }
    places.set(colour, nearest);
    return nearest;
  };
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows[y * (width + 1) + 1 + x] = place(colours[y * width + x] ?? 0);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(kind: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
