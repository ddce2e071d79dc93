/** Sentences with named places: `it has {rows} rows; at most {most} are taken`. */

export type Figures = Readonly<Record<string, string | number>>;

/** The sentence with its figures; a place without one stays as it is, since users write braces too. */
export const fill = (sentence: string, figures: Figures): string =>
  sentence.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(figures, name) ? String(figures[name]) : place,
  );
