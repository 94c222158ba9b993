/** zod schemas to the JSON Schema of an OpenAPI document; those with a name become components. */
import { z } from 'zod';
import { exampleSchema, jsonSchema } from '../contracts/dataset.ts';
import { runOutcomeSchema } from '../contracts/payloads.ts';
import { progressSchema } from '../contracts/run.ts';
import { componentsSchema, scheduleSchema } from '../contracts/task.ts';
import { evalSchema } from '../evals/registry.ts';

type JsonSchema = Record<string, unknown>;
type Direction = 'input' | 'output';

/** Names of schemas that stand in the contracts, beside what `.meta({ id })` names here. */
class Names extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  override get<S extends z.core.$ZodType>(schema: S) {
    return super.get(schema) ?? z.globalRegistry.get(schema);
  }
}

const names = new Names();
const contracts = {
  Json: jsonSchema,
  Example: exampleSchema,
  Components: componentsSchema,
  Eval: evalSchema,
  TaskSchedule: scheduleSchema,
  Progress: progressSchema,
  RunOutcome: runOutcomeSchema,
};
for (const [id, schema] of Object.entries(contracts)) names.add(schema, { id });

export class Schemas {
  readonly #components = new Map<string, JsonSchema>();

  /** The schema, with references to components. What is sent may leave out defaults, what is answered has them. */
  of(schema: z.ZodType, io: Direction): JsonSchema {
    // In a wrapper, for a schema with a name is a reference wherever it is not the root.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ value: schema }), {
      io,
      metadata: names,
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema === componentsSchema && io === 'input') jsonSchema.anyOf = ['system', 'user'].map(objectWith);
        const { prefixItems: [first, ...others] = [] } = jsonSchema;
        // Tools stumble over tuples: one of equal parts is a list of a certain length.
        if (first !== undefined && others.every((other) => JSON.stringify(other) === JSON.stringify(first))) {
          delete jsonSchema.prefixItems;
          jsonSchema.items = first;
        }
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
    const added = name === 'Json' ? { description: 'Any JSON value.' } : schema;
    const known = this.#components.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(added)) {
      throw new Error(`Two schemas are called ${name}.`);
    }
    this.#components.set(name, added);
  }
}

/** With its type said again: generators of clients take a schema that has `required` alone for one of anything. */
function objectWith(name: string): JsonSchema {
  return { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] };
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
