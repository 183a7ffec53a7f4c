// Runs a program that explores something once and says what it found.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const RUNS = 3;
/** When a program has run for so many seconds in all, that is enough. */
const ENOUGH_SECONDS = 5;
/** A run that takes longer than this is a mistake. */
const MOST_MILLISECONDS = 240_000;
const LOOK_EVERY_MILLISECONDS = 10;

/** The most memory that a process had so far, in bytes; 0 where the system does not say. */
function peak(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmHWM:\s+(\d+) kB/m);
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** What one run printed, and the most memory it was seen to have. */
function run(program, args, cwd) {
  return new Promise((done, fail) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(program, args.map(String), { cwd, stdio, timeout: MOST_MILLISECONDS });
    let [output, errors, bytes] = ['', '', 0];
    const look = () => {
      bytes = Math.max(bytes, peak(child.pid));
    };
    const timer = setInterval(look, LOOK_EVERY_MILLISECONDS);
    child.stdout.on('data', (data) => {
      look();
      output += data;
    });
    child.stderr.on('data', (data) => {
      errors += data;
    });
    child.on('error', fail);
    child.on('close', (code) => {
      clearInterval(timer);
      const command = [program, ...args].join(' ');
      if (code === 0) done({ output, bytes });
      else fail(new Error(`${command} ended with ${code}:\n${errors}${output}`));
    });
  });
}

const readJson = (output) => JSON.parse(output.trim().split('\n').at(-1));

/** The row with what the program found: of a few runs the one that took the least time. */
export async function measured(row, program, args, { cwd, read = readJson } = {}) {
  let best;
  let spent = 0;
  for (let number = 0; number < RUNS && spent < ENOUGH_SECONDS; number++) {
    const { output, bytes } = await run(program, args, cwd);
    const found = { bytes, ...read(output) };
    spent += found.seconds;
    if (!best || found.seconds < best.seconds) best = found;
    if (found.exhaustive === false) break;
  }
  return { ...row, ...best };
}
