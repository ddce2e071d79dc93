/**
 * Ids of the older FlowLine are small numbers. A task `t42` is 42 there. A process is a task's living attempt, of which
 * there is one at most: it has the task's number. GPUs of the whole fleet are numbered through, as if they sat in one
 * machine: a place (machine, index) gets its number once and keeps it, so that a page that was opened before another
 * machine joined switches no other card.
 */
import * as z from 'zod';
import { openRecordFile } from '../../io/recordFile.ts';
import { count, name } from '../../model/fields.ts';

const GpuPlace = z.object({ nodeId: name, index: count });
export type GpuPlace = z.infer<typeof GpuPlace>;

export interface GpuNumbers {
  /** The numbers of these places, in their order; places that are new get the next ones, or -1 where there are no more. */
  of(places: readonly GpuPlace[]): number[];
  /** Null where no place has it. */
  placeOf(number: number): GpuPlace | null;
}

/** More places than any fleet has: a machine that makes them up must come to an end. */
const MOST_PLACES = 100_000;

/**
 * Opens the numbers that are kept in a file, one record a place, in the order of their numbers.
 * @param failed is told where a new number could not be written: it holds until the next start.
 * @throws DamagedFile
 */
export async function openGpuNumbers(path: string, failed: (why: unknown) => void): Promise<GpuNumbers> {
  const file = await openRecordFile(path, (record) => GpuPlace.parse(record));
  const places = file.loaded;
  const numbers = new Map(places.map((place, number) => [keyOf(place), number]));
  return {
    of(wanted) {
      const before = places.length;
      const found = wanted.map((place) => {
        const known = numbers.get(keyOf(place));
        if (known !== undefined) return known;
        if (places.length >= MOST_PLACES) return -1;
        places.push({ nodeId: place.nodeId, index: place.index });
        numbers.set(keyOf(place), places.length - 1);
        return places.length - 1;
      });
      if (places.length > before) file.save(places).catch(failed);
      return found;
    },
    placeOf: (number) => places[number] ?? null,
  };
}

const keyOf = ({ nodeId, index }: GpuPlace): string => `${nodeId}/${index}`;

/** 42 of `t42`. */
export const numberOfTask = (id: string): number => Number(id.slice(1));

/** A number as it stands in a path: `42`, `007`; null for anything else. */
export const parseNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);
