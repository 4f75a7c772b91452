import kinesalite from 'kinesalite';
import { serve } from './serve.ts';

serve((path) => kinesalite({ path, createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 1_000 }));
