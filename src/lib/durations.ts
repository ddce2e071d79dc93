/** Durations as people write them (`90s`, `5m`, `2h`) and memory sizes (`40G`, `512M`; a bare number is MiB). */

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `250ms`, `90s`, `5m`, `2h`, `1d`; null where the text is none of them. */
export function parseDurationMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  return match?.[1] === undefined || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}

const MEMORY_UNITS: Record<string, number> = { '': 2 ** 20, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of `40G`, `512M`, `40GiB` or a bare number of MiB; null where the text is none of them. */
export function parseMemoryBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  const unit = MEMORY_UNITS[(match?.[2] ?? '').toUpperCase()];
  return match?.[1] === undefined || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}

const TIME_WORDS = {
  en: { second: 's', minute: 'min', hour: 'h', day: 'd' },
  zh: { second: '秒', minute: '分', hour: '小时', day: '天' },
} as const;

/** `4 s`, `12 min`, `3 h 12 min`, `41 d`: the two largest units that matter. In Chinese `3 小时 12 分`. */
export function formatDuration(milliseconds: number, language: keyof typeof TIME_WORDS = 'en'): string {
  const { second, minute, hour, day } = TIME_WORDS[language];
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} ${second}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${minute}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} ${hour} ${minutes % 60} ${minute}` : `${hours} ${hour}`;
  const days = Math.floor(hours / 24);
  return hours % 24 && days < 7 ? `${days} ${day} ${hours % 24} ${hour}` : `${days} ${day}`;
}

/** `71.0 GiB`, `512 MiB`: binary units, one decimal from GiB up. */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 40) return `${(bytes / 2 ** 40).toFixed(1)} TiB`;
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  if (bytes >= 2 ** 20) return `${Math.round(bytes / 2 ** 20)} MiB`;
  if (bytes >= 2 ** 10) return `${Math.round(bytes / 2 ** 10)} KiB`;
  return `${bytes} B`;
}
