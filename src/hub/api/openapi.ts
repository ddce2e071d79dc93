/** The route table as an OpenAPI 3.1 document: nothing is written twice. */
import * as z from 'zod';
import { ErrorBody, hubApi } from '../../protocol/hubApi.ts';
import type { Route } from '../../protocol/route.ts';

/** The document, without host names. */
export function openApiDocument(version: string): { openapi: string } & Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, route] of Object.entries<Route>(hubApi)) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operation(operationId, route);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'FlowLine',
      version,
      description: 'GPUs of a fleet. Missing figures are null; units are in the names.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: jsonSchema(ErrorBody) },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation(operationId: string, route: Route): Record<string, unknown> {
  const error = { description: 'Refused', content: json({ $ref: '#/components/schemas/Error' }) };
  return {
    operationId,
    summary: route.summary,
    description: `Right: ${route.right}.`,
    security: security(route),
    parameters: [...pathParameters(route.path), ...queryParameters(route)],
    ...(route.body
      ? { requestBody: { required: true, content: json(jsonSchema(route.body, 'input')) } }
      : {}),
    responses: { '200': { description: 'Done', content: json(jsonSchema(route.response)) }, default: error },
  };
}

/** Reading needs none on loopback, or where the hub was told so. */
function security({ right }: Route): object[] {
  if (right === 'open') return [];
  return right === 'viewer' ? [{ token: [] }, {}] : [{ token: [] }];
}

const json = (schema: unknown) => ({ 'application/json': { schema } });

function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): object {
  // OpenAPI 3.1 speaks this dialect anyway: said again in each schema it would be a quarter of them that says nothing.
  const { $schema, ...told } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return told;
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(route: Route): object[] {
  if (!route.query) return [];
  return Object.entries(route.query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(schema as z.ZodType, 'input'),
  }));
}
