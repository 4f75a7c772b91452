import { kinesisServer } from './kinesis/server.ts';
import { serve } from './serve.ts';

serve(kinesisServer);
