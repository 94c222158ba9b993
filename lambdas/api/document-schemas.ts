/** zod schemas to the JSON Schema of an OpenAPI document; those with a name become components. */
import { z } from 'zod';
import { jsonSchema } from '../contracts/dataset.ts';
import { componentsSchema } from '../contracts/task.ts';

type JsonSchema = Record<string, unknown>;
type Direction = 'input' | 'output';

/** Names of schemas that stand in the contracts, beside what `.meta({ id })` names here. */
class Names extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  override get<S extends z.core.$ZodType>(schema: S) {
    return super.get(schema) ?? z.globalRegistry.get(schema);
  }
}

const names = new Names();
names.add(jsonSchema, { id: 'Json' });

export class Schemas {
  readonly #components = new Map<string, JsonSchema>();

  /** The schema, with references to components. What is sent may leave out defaults, what is answered has them. */
  of(schema: z.ZodType, io: Direction): JsonSchema {
    // In a wrapper, for a schema with a name is a reference wherever it is not the root.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ value: schema }), {
      io,
      metadata: names,
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema === componentsSchema) jsonSchema.anyOf = [{ required: ['system'] }, { required: ['user'] }];
      },
    });
    for (const [id, definition] of Object.entries($defs)) this.#add(nameOf(id, io), moved(definition, io));
    return moved(properties?.value, io);
  }

  /** By name. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #add(name: string, schema: JsonSchema): void {
    this.#components.set(name, name === 'Json' ? { description: 'Any JSON value.' } : schema);
  }
}

/** What is sent and what is answered differ in what must be there, so a schema may have two components. */
function nameOf(id: string, io: Direction): string {
  return io === 'output' || id === 'Json' || id.endsWith('Input') ? id : `${id}Input`;
}

/** References of a definition of its own document to components. */
function moved(schema: unknown, io: Direction): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string'
      ? `#/components/schemas/${nameOf(value.replace('#/$defs/', ''), io)}`
      : value,
  );
  const copy: JsonSchema = JSON.parse(text);
  return copy;
}
