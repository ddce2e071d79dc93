import { describe, expect, test } from 'vitest';
import { hubApi } from '../../protocol/hubApi.ts';
import type { Route } from '../../protocol/route.ts';
import { openApiDocument } from './openapi.ts';

// As it travels: what JSON leaves out is not there.
const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3')));

/** Every value under a key, wherever it stands. */
function valuesOf(key: string, within: unknown): unknown[] {
  if (typeof within !== 'object' || within === null) return [];
  return Object.entries(within).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(key, value),
  ]);
}

describe('the interface as an OpenAPI document', () => {
  test('tells every route of the table, with its right, its parameters and what it answers', () => {
    for (const [operationId, route] of Object.entries<Route>(hubApi)) {
      const told = document.paths[route.path]?.[route.method.toLowerCase()];
      expect(told).toMatchObject({ operationId, summary: route.summary });
      expect(told.description).toContain(route.right);
      const named = told.parameters.map(({ name }: { name: string }) => name);
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(named).toEqual([...inPath, ...Object.keys(route.query?.shape ?? {})]);
      expect(told.requestBody !== undefined).toBe(route.body !== undefined);
      expect(told.responses['200'].content['application/json'].schema).toBeTypeOf('object');
    }
  });

  test('refers only to what is in it, and to no document as a whole', () => {
    const references = new Set(valuesOf('$ref', document));
    expect(references).toEqual(new Set(['#/components/schemas/Error']));
    expect(document.components.schemas.Error.properties.error.required).toEqual(['code', 'message', 'hint']);
  });

  test('tells which routes need a token: those that write always, those that read beyond loopback', () => {
    expect(document.paths['/api/v1/health'].get.security).toEqual([]);
    expect(document.paths['/api/v1/nodes'].get.security).toEqual([{ token: [] }, {}]);
    expect(document.paths['/api/v1/nodes/{id}'].delete.security).toEqual([{ token: [] }]);
  });
});
