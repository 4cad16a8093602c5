// harness's process protocol, version 1: `node network.mjs FOLDER-TO-READ FOLDER-TO-WRITE` for one problem, or
// `node network.mjs` for a worker that reads frames from standard input and writes frames to standard output.

import { readFileSync, readdirSync, readSync, writeFileSync, writeSync } from "node:fs";

const ARRAYS = new Map([["4", Float32Array], ["8", Float64Array], ["-8", BigInt64Array]]);

/** Returns {shape, at} for the bytes of a file; `at` holds the numbers in C order. */
export function unpack(bytes) {
  const [, , format, rank] = new BigInt64Array(bytes.buffer, bytes.byteOffset, 4);
  const shape = Array.from(new BigInt64Array(bytes.buffer, bytes.byteOffset + 32, Number(rank)), Number);
  const numbers = bytes.subarray(32 + 8 * shape.length);
  return { shape, at: new (ARRAYS.get(String(format)))(new Uint8Array(numbers).buffer) };
}

/** Returns the bytes of a file for numbers in a Float32Array or Float64Array. */
export function pack({ shape, at }) {
  const header = Buffer.alloc(32 + 8 * shape.length);
  header.write("hntensor");
  [1, at.BYTES_PER_ELEMENT, shape.length, ...shape].forEach((n, i) => header.writeBigInt64LE(BigInt(n), 8 + 8 * i));
  return Buffer.concat([header, Buffer.from(at.buffer, at.byteOffset, at.byteLength)]);
}

/** Solves what is asked for: `solve` turns files by name into files by name. */
export function serve(solve, [problem, answer] = process.argv.slice(2)) {
  if (problem === undefined) {
    for (let files = readFrame(); files; files = readFrame()) writeFrame(solve(files));
  } else {
    const files = new Map(readdirSync(problem).map((name) => [name, aligned(readFileSync(`${problem}/${name}`))]));
    for (const [name, bytes] of solve(files)) writeFileSync(`${answer}/${name}`, bytes);
  }
}

// A view of 8-byte numbers begins at a multiple of 8.
function aligned(bytes) {
  return Buffer.from(new Uint8Array(bytes).buffer);
}

function readFrame() {
  if (!readBytes(16)) return null;
  const files = new Map();
  for (;;) {
    const lengths = readBytes(16);
    const [ofName, ofContent] = [Number(lengths.readBigInt64LE(0)), Number(lengths.readBigInt64LE(8))];
    if (ofName === 0) return files;
    files.set(readBytes(ofName).toString("ascii"), readBytes(ofContent));
  }
}

// Returns null at the end of the input.
function readBytes(length) {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let filled = 0; filled < length; ) {
    const count = readSync(0, bytes, filled, length - filled, null);
    if (count === 0) return null;
    filled += count;
  }
  return bytes;
}

function writeFrame(files) {
  const parts = [Buffer.from("hnfolder"), integers(1)];
  for (const [name, bytes] of files) parts.push(integers(name.length, bytes.length), Buffer.from(name), bytes);
  const frame = Buffer.concat([...parts, integers(0, 0)]);
  for (let written = 0; written < frame.length; ) written += writeSync(1, frame, written);
}

function integers(...numbers) {
  return Buffer.from(new BigInt64Array(numbers.map(BigInt)).buffer);
}
