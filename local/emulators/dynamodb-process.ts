import { dynamoDbServer } from './dynamodb/server.ts';
import { serve } from './serve.ts';

serve((folder) => dynamoDbServer({ folder }));
