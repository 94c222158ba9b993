/** One line on a terminal while a synthesis goes on. */
import type { RunEvent, SynthesisProgress } from '../lambdas/platform/events.ts';
import { formatPlural, formatUsd } from '../lambdas/report/format.ts';

export interface ShownSynthesis {
  onEvent(event: RunEvent): void;
  done(): void;
}

export function showSynthesis(stream: NodeJS.WriteStream, quiet: boolean): ShownSynthesis {
  const isShown = !quiet && stream.isTTY === true;
  let progress: SynthesisProgress | null = null;
  let landed = 0;
  return {
    onEvent(event) {
      if (event.type === 'synthesizing') {
        progress = event.progress;
        landed = 0;
      } else landed += 1;
      if (isShown && progress !== null) stream.write(`\r\u001B[2K${lineOf(progress, landed)}`);
    },
    done() {
      if (isShown) stream.write('\r\u001B[2K');
    },
  };
}

function lineOf(
  { step, topics, inputs, inputsWanted, answered, answersWanted, costUsd, failures }: SynthesisProgress,
  landed: number,
): string {
  const words = {
    topics: `writing topics and judges: ${formatPlural(landed, 'call')} answered`,
    inputs: `${topics} topics, ${inputs} of ${inputsWanted} inputs: ${formatPlural(landed, 'call')} answered`,
    answers: `${inputs} inputs, ${Math.min(answered + landed, answersWanted)} of ${answersWanted} answered`,
    done: `${inputs} inputs, ${answered} answered`,
  }[step];
  const cost = costUsd === null || costUsd === 0 ? '' : `, ${formatUsd(costUsd)}`;
  return `${words}${cost}${failures === 0 ? '' : `, ${formatPlural(failures, 'failure')}`}`;
}
