import type { Response } from 'express';
import type { SignedCertificate } from '../../db/gc/certificateStore.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, inputOf } from '../http/requestContext.ts';
import type { ErasureActions } from './actions.ts';

interface OneCertificate {
  params: { certificate_id: string };
}

/** Certificates about what was removed. */
export function erasureRoutes({ erasureActions }: { readonly erasureActions: ErasureActions }): Handlers {
  const created = (res: Response, baseUrl: string, certificate: SignedCertificate): void => {
    res.status(201).location(`${baseUrl}/certificates/${certificate.certificate_id}`).json(certificate);
  };
  return {
    certifyTask: async (req, res) => {
      const { task_id: taskId } = inputOf<{ params: { task_id: number } }>(req).params;
      created(res, req.baseUrl, await erasureActions.certifyTask(taskId, actorOf(req)));
    },

    certifyFace: async (req, res) => {
      const { face_id: faceId } = inputOf<{ params: { face_id: string } }>(req).params;
      created(res, req.baseUrl, await erasureActions.certifyObject('face', faceId, actorOf(req)));
    },

    certifyEvent: async (req, res) => {
      const { event_id: eventId } = inputOf<{ params: { event_id: string } }>(req).params;
      created(res, req.baseUrl, await erasureActions.certifyObject('event', eventId, actorOf(req)));
    },

    getCertificate: async (req, res) => {
      const { certificate_id: id } = inputOf<OneCertificate>(req).params;
      res.json(await erasureActions.find(id));
    },
  };
}
