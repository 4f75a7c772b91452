import { measureCrossing, type CrossingCost, type CrossingSettings } from './crossing.ts';
import { measureExchangeCost, type ExchangeCost, type ExchangeCostSettings } from './cost.ts';
import { measureLatency, type ExchangeLatency, type LatencySettings } from './latency.ts';
import { measureManySenders, type ManySenders, type ManySendersSettings } from './many-senders.ts';

export interface ExchangeSettings {
  readonly crossing: CrossingSettings;
  readonly cost: ExchangeCostSettings;
  readonly latency: LatencySettings;
  readonly manySenders: ManySendersSettings;
}

/** What it costs that records change their key. */
export interface ExchangeFigures {
  readonly crossing: CrossingCost;
  readonly costs: readonly ExchangeCost[];
  readonly latency: ExchangeLatency;
  readonly manySenders: ManySenders;
}

export async function measureExchange(settings: ExchangeSettings): Promise<ExchangeFigures> {
  return {
    crossing: await measureCrossing(settings.crossing),
    costs: [
      await measureExchangeCost(settings.cost, 1_000, 'combined'),
      await measureExchangeCost(settings.cost, 0, 'combined'),
      await measureExchangeCost(settings.cost, 1_000, 'each row'),
      await measureExchangeCost(settings.cost, 0, 'each row'),
    ],
    latency: await measureLatency(settings.latency),
    manySenders: await measureManySenders(settings.manySenders),
  };
}
