/** A card as time goes on: power follows work, heat follows power, clocks give way to heat. Pure. */

import { xidMeaning } from '../agent/drivers/xid.ts';
import type { GpuModel } from './gpuModels.ts';
import { between, happened, type Random, uuid, wholeBetween } from './random.ts';
import { type Card, GIB, MIB, ROOM_CELSIUS } from './world.ts';

/** Heat arrives and leaves with this time constant: a card that begins to work is warm after half a minute. */
const HEAT_SECONDS = 25;
/** The driver slows a card down shortly before its slowdown temperature, and lets go well below it. */
const HOLDS_BELOW_SLOWDOWN = 3;
const RELEASES_BELOW_SLOWDOWN = 10;
/** What is left of clock and power of a card that is held by heat. */
const HELD_CLOCK = 0.66;
const HELD_POWER = 0.82;
/** Slow figures are read this often (monitoring.md 2.6). */
const SLOW_INTERVAL_MS = 5000;

/** A card so many seconds later, with this much to do. */
export function advanceCard(
  card: Card,
  utilizationPercent: number,
  nowMs: number,
  seconds: number,
  random: Random,
): Card {
  if (card.fault !== 'none' || card.isAsleep) return card;
  const { model } = card;
  const span = model.powerLimitWatts - model.restingWatts;
  const asked = model.restingWatts + span * (utilizationPercent / 100) ** 0.8 * between(random, 0.93, 1.04);
  const watts = Math.min(model.powerLimitWatts, asked) * (card.heldByHeat ? HELD_POWER : 1);
  // The card holds itself back within milliseconds, however long the step: it never gets hotter than this.
  const settled = Math.min(model.slowdownCelsius, ROOM_CELSIUS + watts * card.celsiusPerWatt);
  const celsius = card.celsius + (settled - card.celsius) * (1 - Math.exp(-seconds / HEAT_SECONDS));
  const heldByHeat = card.heldByHeat
    ? celsius > model.slowdownCelsius - RELEASES_BELOW_SLOWDOWN
    : celsius >= model.slowdownCelsius - HOLDS_BELOW_SLOWDOWN;
  const heldByPower = asked >= model.powerLimitWatts;
  const slowIsDue = nowMs - card.slowTakenAtMs >= SLOW_INTERVAL_MS;
  return {
    ...card,
    utilizationPercent,
    watts,
    celsius,
    heldByHeat,
    heldByPower,
    joules: card.joules + watts * seconds,
    clockMHz: clockOf(card, utilizationPercent, heldByHeat, heldByPower, random),
    correctedErrors: card.correctedErrors + (card.repairPending && happened(random, 20, seconds) ? 1 : 0),
    slowTakenAtMs: slowIsDue ? nowMs : card.slowTakenAtMs,
    pcie: slowIsDue ? trafficOf(utilizationPercent, random) : card.pcie,
  };
}

function clockOf(
  { model }: Card,
  utilizationPercent: number,
  heldByHeat: boolean,
  heldByPower: boolean,
  random: Random,
): number {
  if (utilizationPercent < 1) return model.restingClockMHz;
  const share = heldByHeat
    ? HELD_CLOCK * between(random, 0.97, 1.03)
    : heldByPower
      ? between(random, 0.86, 0.93)
      : 1;
  // Drivers step clocks by 15 MHz.
  return Math.min(model.maxClockMHz, Math.round((model.maxClockMHz * share) / 15) * 15);
}

function trafficOf(utilizationPercent: number, random: Random): Card['pcie'] {
  const busy = utilizationPercent / 100;
  return {
    receiveBytesPerSecond: Math.floor(busy * between(random, 0.3, 2.4) * GIB),
    transmitBytesPerSecond: Math.floor(busy * between(random, 0.05, 0.6) * GIB),
  };
}

/** A card that fell off the bus: the driver still counts it and can read nothing of it (Xid 79). */
export function loseCard(card: Card, atMs: number): Card {
  const event = { code: 79, meaning: xidMeaning(79), pid: null, atMs };
  return { ...card, fault: 'lost', leftoverBytes: 0, xidEvents: [event, ...card.xidEvents].slice(0, 32) };
}

/** What sets one card apart from others of its model. */
export interface CardCircumstances {
  index: number;
  nowMs: number;
  /** Its heat sink is full of dust. */
  isDusty: boolean;
  /** Memory that nobody seems to hold. */
  unaccountedBytes: number;
  /** A row of its memory waits for a reset. */
  repairPending: boolean;
  isDivided: boolean;
  isAsleep: boolean;
}

/** A card at rest, that has worked for weeks. */
export function newCard(model: GpuModel, circumstances: CardCircumstances, random: Random): Card {
  const { index, nowMs, isDusty, unaccountedBytes, repairPending, isDivided, isAsleep } = circumstances;
  // At its limit a clean card settles at about 70 °C, a dusty one would pass its slowdown temperature.
  const hottest = isDusty ? model.slowdownCelsius + 8 : between(random, 66, 74);
  return {
    model,
    index,
    uuid: `GPU-${uuid(random)}`,
    serial: model.hasFan ? null : `165${wholeBetween(random, 1e9, 9e9)}`,
    pciBusId: `00000000:${(0x19 + index * 0x11).toString(16).toUpperCase().padStart(2, '0')}:00.0`,
    fault: 'none',
    celsiusPerWatt: (hottest - ROOM_CELSIUS) / model.powerLimitWatts,
    celsius: 34,
    watts: model.restingWatts,
    joules: Math.round(model.powerLimitWatts * between(random, 1e6, 3e6)),
    clockMHz: model.restingClockMHz,
    utilizationPercent: 0,
    pcie: { receiveBytesPerSecond: 0, transmitBytesPerSecond: 0 },
    heldByHeat: false,
    heldByPower: false,
    baseBytes: Math.round(between(random, 3, 18) * MIB) + unaccountedBytes,
    leftoverBytes: 0,
    correctedErrors: repairPending ? 37 : 0,
    repairPending,
    isDivided,
    isAsleep,
    xidEvents: repairPending
      ? [{ code: 63, meaning: xidMeaning(63), pid: null, atMs: nowMs - 18_000_000 }]
      : [],
    slowTakenAtMs: nowMs,
  };
}
