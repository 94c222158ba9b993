/** An error that a service of AWS answers with: its type, as the SDK names it, and the status of the reply. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly type: string;
  readonly status: number;
  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** What AWS answers when a parameter breaks a rule of its API. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function noSuchMachine(arn: string): AwsError {
  return new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}
