import { greetAll } from './greeting.ts';

for (const line of greetAll(['Ada', 'Grace'])) {
  console.log(line);
}
