import {
  DataTypes,
  Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Sequelize,
} from 'sequelize';
import { accountTypes, type AccountType } from '../../domain/accounts/account.ts';
import { roles, type Role } from '../../domain/accounts/permission.ts';

export class AccountModel extends Model<
  InferAttributes<AccountModel>,
  InferCreationAttributes<AccountModel>
> {
  declare accountId: string;
  declare login: string;
  declare passwordHash: string;
  declare accountType: AccountType;
  declare description: string;
  declare role: CreationOptional<Role>;
  declare seesPictures: CreationOptional<boolean>;
  declare revision: CreationOptional<number>;
  declare disabled: CreationOptional<boolean>;
  declare mustChangePassword: CreationOptional<boolean>;
  declare passwordExpiresAt: CreationOptional<Date | null>;
  declare createTime: Date;
  declare lastUpdateTime: Date;
}

/** Binds the table to a pool; each pool gets a class of its own, so that two databases can be open at once. */
export function defineAccountModel(sequelize: Sequelize): typeof AccountModel {
  class BoundAccountModel extends AccountModel {}
  return BoundAccountModel.init(
    {
      accountId: { type: DataTypes.UUID, primaryKey: true },
      login: { type: DataTypes.TEXT, allowNull: false },
      passwordHash: { type: DataTypes.TEXT, allowNull: false },
      accountType: { type: DataTypes.TEXT, allowNull: false, validate: { isIn: [[...accountTypes]] } },
      description: { type: DataTypes.TEXT, allowNull: false },
      role: {
        type: DataTypes.TEXT,
        allowNull: false,
        defaultValue: 'admin',
        validate: { isIn: [[...roles]] },
      },
      seesPictures: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      revision: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 1 },
      disabled: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      mustChangePassword: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
      passwordExpiresAt: { type: DataTypes.DATE, allowNull: true },
      createTime: { type: DataTypes.DATE, allowNull: false },
      lastUpdateTime: { type: DataTypes.DATE, allowNull: false },
    },
    { sequelize, tableName: 'accounts', underscored: true, timestamps: false },
  );
}
