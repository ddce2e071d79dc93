/** What the map's forms and colours mean; painted by the same code as the map. */
import { useEffect, useRef } from 'react';
import type { GpuCondition } from '../../../src/fleet/gpuCondition.ts';
import { type MapFigure, paintCell, readMapColours } from '../../charts/mapForms.ts';
import { usePreferences } from '../../live/preferences.ts';
import { useWords } from '../../words/words.ts';

const FORMS: (GpuCondition | 'slowed')[] = ['free', 'holding-idle', 'slowed', 'sick', 'offline', 'no-answer'];
const SIZE = 15;
const RANGE: Record<MapFigure, [string, string]> = {
  utilisation: ['0 %', '100 %'],
  memory: ['0 %', '100 %'],
  temperature: ['25 °C', '90 °C'],
  power: ['0 %', '100 %'],
};

/** The ends of its scale go with `figure`: 25 to 90 °C for the temperature, else a share of the whole. */
export function MapLegend({ figure }: { figure: MapFigure }) {
  const words = useWords();
  const [low, high] = RANGE[figure];
  const { theme } = usePreferences();
  return (
    <div className="map-legend">
      <span>
        {low} <span className="heat-scale" aria-hidden="true" /> {high}{' '}
        {words.toolbar.colours[figure].toLowerCase()}
      </span>
      {FORMS.map((form) => (
        <span key={form}>
          <Form key={theme} form={form} /> {words.condition[form]}
        </span>
      ))}
      <span className="grow" />
      <span className="quiet">{words.map.rowIsMachine}</span>
    </div>
  );
}

/** Made anew for each theme, since a canvas keeps the colours it was painted with. */
function Form({ form }: { form: GpuCondition | 'slowed' }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const slowed = form === 'slowed';
    const look = { condition: slowed ? ('working' as const) : form, slowed, heat: 4 };
    context.setTransform(2, 0, 0, 2, 1, 1);
    context.clearRect(-1, -1, SIZE + 2, SIZE + 2);
    paintCell(context, readMapColours(getComputedStyle(canvas.current)), look, SIZE);
  }, [form]);
  return <canvas ref={canvas} width={2 * SIZE + 2} height={2 * SIZE + 2} className="legend-form" />;
}
