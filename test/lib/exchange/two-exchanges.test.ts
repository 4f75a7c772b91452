import { describe, expect, it } from '@jest/globals';
import { AwsSolutionsChecks } from 'cdk-nag';
import { dashboardBody, seriesOf } from '../../../docs/dashboard/body.ts';
import { rightsOf } from '../rights.ts';
import { exchanged, exchangedTwice, orders, pipelineStack, synthesize } from '../synthesize.ts';

const template = synthesize({ topology: exchangedTwice(orders) });
const one = synthesize({ topology: exchanged(orders) });

type Resources = ReturnType<typeof template.findResources>;
const idsOf = (of: typeof template, type: string): string[] => Object.keys(of.findResources(type));
const [functions, queues] = ['AWS::Lambda::Function', 'AWS::SQS::Queue'];

/** The first and the second exchange, as their URLs are written down. */
const [FIRST, SECOND] = [
  ['by-customer=', { Ref: expect.stringMatching(/^DoorbellQueue/) }],
  [' all=', { Ref: expect.stringMatching(/^DoorbellallQueue/) }],
] as const;
const urls = (...parts: readonly unknown[]) => ({ 'Fn::Join': ['', parts.flat()] });

function variablesOf(part: string): Record<string, unknown> {
  const found = Object.entries(template.findResources(functions as string) as Resources).filter(([id]) =>
    id.startsWith(`${part}Function`),
  );
  expect(found).toHaveLength(1);
  return found[0]?.[1]['Properties'].Environment.Variables as Record<string, unknown>;
}

describe('a pipeline with two exchanges', () => {
  it('has a queue and a function of receivers for each, the first under the names that it has alone', () => {
    for (const type of [functions, queues])
      expect(idsOf(template, type as string)).toEqual(expect.arrayContaining(idsOf(one, type as string)));
    expect(idsOf(template, queues as string)).toHaveLength(2);
    expect(idsOf(template, functions as string)).toHaveLength(idsOf(one, functions as string).length + 1);
    expect(idsOf(template, 'AWS::Lambda::EventSourceMapping')).toHaveLength(3);
  });

  it('tells each function of receivers which exchange is its own', () => {
    expect([variablesOf('Receiver')['TIDEMARK_EXCHANGE'], variablesOf('Receiverall')['TIDEMARK_EXCHANGE']]).toEqual([
      'by-customer',
      'all',
    ]);
  });

  it('tells each function the queues that it rings, and no others', () => {
    const of = (part: string) => variablesOf(part)['TIDEMARK_DOORBELL'];
    expect(of('Processor')).toEqual(urls(FIRST));
    expect(of('Receiver')).toEqual(urls(FIRST, SECOND));
    expect(of('Receiverall')).toEqual(urls(['all=', SECOND[1]]));
    expect(of('Tick')).toEqual(urls(FIRST, SECOND));
  });

  it.each([
    ['Processor', ['DoorbellQueue']],
    ['Receiver', ['DoorbellQueue', 'DoorbellallQueue']],
    ['Receiverall', ['DoorbellallQueue']],
    ['Tick', ['DoorbellQueue', 'DoorbellallQueue']],
  ])('lets %s ring what it must', (part, rung) => {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
      id.startsWith(`${part}RoleDefaultPolicy`),
    );
    const rights = rightsOf({ toJSON: () => policies[0]?.[1] } as unknown as typeof template);
    const sending = rights.filter(({ actions }) => actions.includes('sqs:SendMessage'));
    expect(sending.flatMap(({ resources }) => resources).sort()).toEqual(rung.map((queue) => `${queue}.Arn`));
    const answered = rights.filter(({ actions }) => actions.includes('sqs:ReceiveMessage'));
    const own = part === 'Receiver' ? ['DoorbellQueue.Arn'] : part === 'Receiverall' ? ['DoorbellallQueue.Arn'] : [];
    expect(answered.flatMap(({ resources }) => resources)).toEqual(own);
  });

  it('has the alarms of an exchange for both, the second ones with its name', () => {
    const names = (of: typeof template) =>
      Object.values(of.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
        String(Properties['AlarmName']),
      );
    const more = names(template).filter((name) => !names(one).includes(name));
    expect(more.map((name) => name.replace('Tidemark-orders-dev-', '')).sort()).toEqual([
      'ReceiverDeadLetters-all',
      'ReceiverErrors-all',
      'ReceiverUnaccounted-all',
      'ReceiversHalted-all',
      'RingsWaiting-all',
    ]);
    expect(names(template)).toEqual(expect.arrayContaining(names(one)));
  });

  it('has a question for each on the dashboard, and the results of the last', () => {
    const { widgets } = dashboardBody(template.toJSON());
    const headings = widgets.flatMap(({ properties }) => properties.markdown?.split('\n')[0] ?? []);
    expect(headings.slice(-2)).toEqual([
      '## 6 · Does the exchange by-customer move?',
      '## 7 · Does the exchange all move?',
    ]);
    const results = widgets.find(({ properties }) => properties.title === 'Results');
    expect(results && seriesOf(results.properties)[0]?.dimensions).toEqual({ pipeline: 'orders/all' });
  });

  it('leaves no finding of the AWS Solutions rules open', () => {
    const stack = pipelineStack({ topology: exchangedTwice(orders), stage: 'prod' });
    expect(new AwsSolutionsChecks().validateScope(stack).violations).toEqual([]);
  });
});
