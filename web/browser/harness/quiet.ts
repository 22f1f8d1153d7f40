// A reporter that hands on what is printed and says what fails, so that the output of a measurement is the measurement.

import type { Reporter, TestCase, TestError, TestResult } from '@playwright/test/reporter';

export default class Quiet implements Reporter {
  onStdOut(chunk: string | Buffer): void {
    process.stdout.write(chunk);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const { message } of result.errors) {
      process.stderr.write(`${test.title}: ${message ?? ''}\n`);
    }
  }

  onError({ message }: TestError): void {
    process.stderr.write(`${message ?? ''}\n`);
  }
}
