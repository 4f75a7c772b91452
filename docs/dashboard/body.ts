/** A dashboard as CloudWatch gets it: what of its JSON is drawn. */
export interface DashboardBody {
  readonly widgets: readonly Widget[];
}

/** Place and size in cells of a grid 24 wide. */
export interface Widget {
  readonly type: 'text' | 'metric' | 'log' | 'alarm';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: WidgetProperties;
}

export interface WidgetProperties {
  readonly markdown?: string;
  readonly title?: string;
  readonly view?: 'timeSeries' | 'singleValue' | 'table';
  readonly metrics?: readonly (readonly unknown[])[];
  readonly query?: string;
  readonly alarms?: readonly string[];
  readonly stacked?: boolean;
  readonly annotations?: {
    readonly horizontal?: readonly { readonly value: number; readonly label?: string; readonly color?: string }[];
  };
  readonly yAxis?: { readonly left?: { readonly label?: string }; readonly right?: { readonly label?: string } };
}

/** One line of a widget: a metric of a service or an expression over others. */
export interface Series {
  /** Name in expressions; undefined for a metric that no expression uses. */
  readonly id: string | undefined;
  readonly namespace: string | undefined;
  readonly metricName: string | undefined;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly expression: string | undefined;
  readonly label: string;
  readonly statistic: string;
  readonly color: string | undefined;
  readonly visible: boolean;
  readonly axis: 'left' | 'right';
}

/** The only dashboard of a template, references to resources as `<LogicalId>`. */
export function dashboardBody(template: unknown): DashboardBody {
  const resources = Object.values(record(record(template)['Resources'])).map(record);
  const dashboard = resources.find((resource) => resource['Type'] === 'AWS::CloudWatch::Dashboard');
  if (dashboard === undefined) throw new Error('the template must have a dashboard, got none');
  return JSON.parse(plainText(record(dashboard['Properties'])['DashboardBody'])) as DashboardBody;
}

/** The series of a widget, the form of arrays that CloudWatch takes read into names. */
export function seriesOf({ metrics = [] }: WidgetProperties): Series[] {
  return metrics.map((metric) => {
    const last = metric.at(-1);
    const options = typeof last === 'object' ? record(last) : {};
    const [namespace, metricName, ...rest] = metric.filter((part): part is string => typeof part === 'string');
    const pairs = Array.from({ length: rest.length / 2 }, (_, index) => [rest[2 * index], rest[2 * index + 1]]);
    const option = (name: string): string | undefined =>
      typeof options[name] === 'string' ? options[name] : undefined;
    return {
      id: option('id'),
      namespace,
      metricName,
      dimensions: Object.fromEntries(pairs) as Record<string, string>,
      expression: option('expression'),
      label: option('label') ?? metricName ?? '',
      statistic: option('stat') ?? 'Average',
      color: option('color'),
      visible: options['visible'] !== false,
      axis: option('yAxis') === 'right' ? 'right' : 'left',
    };
  });
}

/** Text with CloudFormation's functions in it: a reference becomes the logical id in angle brackets. */
export function plainText(node: unknown): string {
  if (typeof node === 'string') return node;
  const { Ref: reference, 'Fn::GetAtt': attribute, 'Fn::Join': join } = record(node);
  if (typeof reference === 'string') return `<${reference}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(plainText).join(String(join[0]));
  throw new Error(`text must be a string, Ref, Fn::GetAtt or Fn::Join, got ${JSON.stringify(node)}`);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
