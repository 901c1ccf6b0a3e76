import { redirect } from 'next/navigation';
import { currentSession } from '../../lib/session';
import { Tour } from './Tour';

export default async function TourPage() {
  if (!(await currentSession())) redirect('/');
  return <Tour />;
}
