/** Examples to dataset text: JSONL, or CSV that gives back the same examples when it is read. Pure. */
import type { Example, Json } from '../contracts/dataset.ts';
import { columnName, readColumnName, type Target, targetOfColumn, writeCell } from './columns.ts';
import { writeCsv } from './csv.ts';
import type { DatasetFormat } from './records.ts';

export function writeDataset(examples: readonly Example[], format: DatasetFormat): string {
  return format === 'csv' ? writeCsvDataset(examples) : writeJsonl(examples);
}

function writeJsonl(examples: readonly Example[]): string {
  return examples.map((example) => `${JSON.stringify(example)}\n`).join('');
}

interface Column {
  readonly header: string;
  readonly cells: readonly string[];
}

/**
 * `id` and `input`, then what else any example has; metadata as columns of their own. A column holds text where text gives
 * back every value, and JSON otherwise (`expected:json`), so that 5 and "5" stay two things.
 */
function writeCsvDataset(examples: readonly Example[]): string {
  const columns = [
    columnOf(
      'id',
      { field: 'id', name: null },
      examples.map(({ id }) => id),
    ),
    columnOf(
      'input',
      { field: 'input', name: null },
      examples.map(({ input }) => input),
    ),
    ...(['expected', 'tags', 'output', 'ratings'] as const)
      .filter((field) => examples.some((example) => example[field] !== undefined))
      .map((field) =>
        columnOf(
          field,
          { field, name: null },
          examples.map((example) => example[field]),
        ),
      ),
    ...metadataColumns(examples),
  ];
  return writeCsv([
    columns.map(({ header }) => header),
    ...examples.map((_, i) => columns.map(({ cells }) => cells[i] ?? '')),
  ]);
}

function columnOf(name: string, target: Target, values: readonly (Json | undefined)[]): Column {
  const texts = values.map((value) => writeCell(target, value));
  // A name that itself ends with the mark of JSON would be taken for it.
  const isText = texts.every((text) => text !== null) && !readColumnName(name).isJson;
  const cells = isText ? texts : values.map((value) => (value === undefined ? '' : JSON.stringify(value)));
  return { header: columnName(name, !isText), cells: cells.map((cell) => cell ?? '') };
}

/** A column a field; one of whole objects where a name is none that a column can have, or an object is empty. */
function metadataColumns(examples: readonly Example[]): Column[] {
  const all = examples.map(({ metadata }) => metadata);
  const names = [...new Set(all.flatMap((metadata) => Object.keys(metadata ?? {})))];
  const columns = names.map((name) => nameOfMetadata(name));
  const isWhole = all.some((metadata) => metadata !== undefined && Object.keys(metadata).length === 0);
  if (isWhole || columns.includes(null)) {
    const target: Target = { field: 'metadata', name: null };
    return [
      {
        ...columnOf('metadata', target, all),
        header: columnName('metadata', true),
        cells: all.map((one) => (one === undefined ? '' : JSON.stringify(one))),
      },
    ];
  }
  return names.map((name, i) =>
    columnOf(
      columns[i] ?? name,
      { field: 'metadata', name },
      all.map((metadata) => ownField(metadata, name)),
    ),
  );
}

/** What a column is called so that it is read as this field of the metadata; null when there is no such name. */
function nameOfMetadata(name: string): string | null {
  const isRead = (column: string): boolean => {
    const { name: shown } = readColumnName(columnName(column, true));
    const targets = [true, false].map((isJson) => targetOfColumn(shown, isJson));
    return column.isWellFormed() && targets.every((target) => target.field === 'metadata' && target.name === name);
  };
  return name === '' ? null : ([name, `metadata.${name}`].find(isRead) ?? null);
}

function ownField(metadata: Example['metadata'], name: string): Json | undefined {
  return metadata !== undefined && Object.hasOwn(metadata, name) ? metadata[name] : undefined;
}
