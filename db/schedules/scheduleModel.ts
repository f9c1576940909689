import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import type { OverlapPolicy, ScheduleSpec } from '../../domain/schedules/schedule.ts';
import type { NotificationPolicy, TaskType } from '../../domain/tasks/task.ts';

/** What admins say of a schedule; what the engine writes into its row is not in it. */
export class ScheduleModel
  extends Model<InferAttributes<ScheduleModel>, InferCreationAttributes<ScheduleModel>>
  implements ScheduleSpec
{
  declare scheduleId: CreationOptional<number>;
  declare taskType: TaskType;
  declare content: ScheduleSpec['content'];
  declare description: string | null;
  declare cron: string;
  declare timeZone: string;
  declare overlapPolicy: OverlapPolicy;
  declare catchUpWindow: string;
  declare notificationPolicy: NotificationPolicy | null;
  declare objectsPerSecond: number | null;
  declare errorBudget: number | null;
  declare createdBy: string | null;
  declare createdByLogin: string;
  declare active: CreationOptional<boolean>;
  declare revision: CreationOptional<number>;
  declare removed: CreationOptional<boolean>;
  /** Null: its removals needed none when it was made or changed. */
  declare approval: CreationOptional<'waiting' | 'approved' | 'refused' | null>;
  declare changedBy: CreationOptional<string | null>;
  declare changedByLogin: CreationOptional<string | null>;
  declare lastUpdateTime: CreationOptional<Date>;
}

/** Binds the table to a pool; each pool gets a class of its own, so that two databases can be open at once. */
export function defineScheduleModel(sequelize: Sequelize): typeof ScheduleModel {
  class BoundScheduleModel extends ScheduleModel {}
  return BoundScheduleModel.init(
    {
      scheduleId: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      taskType: { type: DataTypes.SMALLINT, allowNull: false },
      content: { type: DataTypes.JSONB, allowNull: false },
      description: DataTypes.TEXT,
      cron: { type: DataTypes.TEXT, allowNull: false },
      timeZone: { type: DataTypes.TEXT, allowNull: false },
      overlapPolicy: { type: DataTypes.TEXT, allowNull: false },
      catchUpWindow: { type: DataTypes.TEXT, allowNull: false },
      notificationPolicy: DataTypes.JSONB,
      objectsPerSecond: DataTypes.INTEGER,
      errorBudget: DataTypes.DOUBLE,
      createdBy: DataTypes.UUID,
      createdByLogin: { type: DataTypes.TEXT, allowNull: false },
      active: DataTypes.BOOLEAN,
      revision: DataTypes.INTEGER,
      removed: DataTypes.BOOLEAN,
      approval: DataTypes.TEXT,
      changedBy: DataTypes.UUID,
      changedByLogin: DataTypes.TEXT,
      lastUpdateTime: DataTypes.DATE,
    },
    { sequelize, tableName: 'schedules', underscored: true, timestamps: false },
  );
}
