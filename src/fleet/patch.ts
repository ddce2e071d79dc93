/**
 * The difference between two JSON values, and the value after it: the one language of change, between agent and hub
 * and between hub and viewers. A patch mirrors the value and names only what changed:
 *
 *   before {"gpus": [{"index": 0, "powerWatts": 300}], "bootId": "a"}
 *   after  {"gpus": [{"index": 0, "powerWatts": 310}], "bootId": "a"}
 *   patch  {"gpus": {"length": 1, "at": {"0": {"powerWatts": 310}}}}
 *
 * Where before and after are both objects the patch is an object of the changed keys, and `$gone` lists removed ones.
 * Where both are arrays it is `{length, at}`. Anything else is replaced: the patch is the new value. `null` is a value
 * like any other (missing), so RFC 7396 with its null for "remove" would not do. A list that becomes an object is
 * written `{"$set": …}`. Keys of values never begin with `$`.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** Says that nothing changed. */
export const UNCHANGED = Symbol('unchanged');

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A key's value; undefined where there is none. What every object inherits (`toString`) is a function, which JSON has not. */
function valueAt(object: JsonObject, key: string): Json | undefined {
  const value = object[key];
  return typeof value === 'function' ? undefined : value;
}

/** The smallest patch that `applyPatch` turns into `after`, or UNCHANGED. Keys that are undefined count as absent. */
export function diff(before: Json, after: Json): Json | typeof UNCHANGED {
  if (before === after) return UNCHANGED;
  if (typeof after !== 'object' || after === null) return after;
  if (Array.isArray(before) && Array.isArray(after)) return diffArrays(before, after);
  if (isObject(before) && isObject(after)) return diffObjects(before, after);
  if (Array.isArray(before) && isObject(after)) return { $set: after };
  return after;
}

function diffObjects(before: JsonObject, after: JsonObject): Json | typeof UNCHANGED {
  let patch: JsonObject | undefined;
  let kept = 0;
  for (const key in after) {
    const value = after[key];
    if (value === undefined) continue;
    const old = valueAt(before, key);
    if (old !== undefined) kept++;
    const change = old === undefined ? value : diff(old, value);
    if (change === UNCHANGED) continue;
    patch ??= {};
    patch[key] = change;
  }
  // Hardly ever: each second thousands of objects have the keys that they had.
  if (Object.keys(before).length > kept) {
    const gone = Object.keys(before).filter(
      (key) => before[key] !== undefined && valueAt(after, key) === undefined,
    );
    if (gone.length > 0) {
      patch ??= {};
      patch.$gone = gone;
    }
  }
  return patch ?? UNCHANGED;
}

function diffArrays(before: Json[], after: Json[]): Json | typeof UNCHANGED {
  let at: JsonObject | undefined;
  for (let index = 0; index < after.length; index++) {
    const value = after[index] as Json;
    const change = index < before.length ? diff(before[index] as Json, value) : value;
    if (change === UNCHANGED) continue;
    at ??= {};
    at[index] = change;
  }
  if (!at && before.length === after.length) return UNCHANGED;
  return { length: after.length, at: at ?? {} };
}

/** A patch that does not fit the value it is applied to: the sender's state is not ours, and a snapshot must be asked for. */
export class PatchMismatch extends Error {}

const MAX_ARRAY_LENGTH = 100_000;

/**
 * The value after a patch. Shares every part that did not change with `before`, which is left as it was.
 * @throws PatchMismatch where the patch does not fit.
 */
export function applyPatch(before: Json, patch: Json): Json {
  if (Array.isArray(before) && isObject(patch)) return applyToArray(before, patch);
  if (isObject(before) && isObject(patch)) return applyToObject(before, patch);
  return patch;
}

function applyToObject(before: JsonObject, patch: JsonObject): Json {
  const after: JsonObject = { ...before };
  for (const key of Object.keys(patch)) {
    if (key === '__proto__') throw new PatchMismatch('a patch may not name __proto__');
    const change = patch[key] as Json;
    if (key === '$gone') {
      if (!Array.isArray(change)) throw new PatchMismatch('$gone must list keys');
      for (const gone of change) delete after[String(gone)];
      continue;
    }
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    after[key] = old === undefined ? change : applyPatch(old, change);
  }
  return after;
}

function applyToArray(before: Json[], patch: JsonObject): Json {
  if (Object.hasOwn(patch, '$set')) return patch.$set as Json;
  const { length, at } = patch;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > MAX_ARRAY_LENGTH) {
    throw new PatchMismatch('a list patch needs a length');
  }
  if (!isObject(at)) throw new PatchMismatch('a list patch needs "at"');
  const after = before.slice(0, length);
  for (const key of Object.keys(at)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index >= length) {
      throw new PatchMismatch(`a list of ${length} has no place ${key}`);
    }
    const change = at[key] as Json;
    after[index] = index < before.length ? applyPatch(before[index] as Json, change) : change;
  }
  for (let index = before.length; index < length; index++) {
    if (after[index] === undefined) throw new PatchMismatch(`place ${index} of a list was left empty`);
  }
  return after;
}
